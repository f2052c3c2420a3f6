/**
 * The Kafka Streams topology that decides delegations and carries a task to its end.
 * Knows neither bridges nor the registry's code; it meets them on topics only.
 */
@NullMarked
package org.dmsc.router;

import org.jspecify.annotations.NullMarked;
