/** Starting, watching and ending a Kafka Streams application. What it does belongs elsewhere. */
@NullMarked
package org.dmsc.router.run;

import org.jspecify.annotations.NullMarked;
