/** How an agent is, as pure rules over its reports and the clock. No Kafka, no keys. */
@NullMarked
package org.dmsc.registry.health;

import org.jspecify.annotations.NullMarked;
