/**
 * Deliveries to agents that are A2A servers: calling them, reading their answers, telling apart what is certain and what is not.
 * Knows nothing of the edge's own listener.
 */
@NullMarked
package org.dmsc.bridge.http.agents;

import org.jspecify.annotations.NullMarked;
