/**
 * Tasks looked up in the stores of routers, those of this process and those of others: what gateways ask, what routers answer, and how it goes
 * over the wire. Nothing is opened here; whoever asks opens what he gets with keys that a router does not have.
 */
@NullMarked
package org.dmsc.node.query;

import org.jspecify.annotations.NullMarked;
