/**
 * The Kafka Streams topologies that keep the capability registry and the health of agents.
 * Knows neither bridges nor delegation; it meets them on topics only.
 */
@NullMarked
package org.dmsc.registry;

import org.jspecify.annotations.NullMarked;
