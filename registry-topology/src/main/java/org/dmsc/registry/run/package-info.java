/** Starting, watching and ending a Kafka Streams application. What it does belongs elsewhere. */
@NullMarked
package org.dmsc.registry.run;

import org.jspecify.annotations.NullMarked;
