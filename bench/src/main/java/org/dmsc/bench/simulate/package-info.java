/**
 * A fabric without Kafka, keys, sockets or clocks: the rules of router and registry as they are in production, among simulated agents, in a
 * simulated time, from one seed. No rule is written a second time here but in {@link org.dmsc.bench.simulate.Invariants}, which is the point.
 */
@NullMarked
package org.dmsc.bench.simulate;

import org.jspecify.annotations.NullMarked;
