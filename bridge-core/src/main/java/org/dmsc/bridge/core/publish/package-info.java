/** From this process into Kafka: sealed records, in order, without ever making an event loop wait. No meaning of a record belongs here. */
@NullMarked
package org.dmsc.bridge.core.publish;

import org.jspecify.annotations.NullMarked;
