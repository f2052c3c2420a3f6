/** What the Kafka Streams applications of the fabric share: starting, watching and ending one, and ringing it at a time. What each does is its own module's. */
@NullMarked
package org.dmsc.tenant.streams;

import org.jspecify.annotations.NullMarked;
