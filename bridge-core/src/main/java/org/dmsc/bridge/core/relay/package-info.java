/** Word of agents about their deliveries, carried from the gateway that hears it to the one that holds the delivery. */
@NullMarked
package org.dmsc.bridge.core.relay;

import org.jspecify.annotations.NullMarked;
