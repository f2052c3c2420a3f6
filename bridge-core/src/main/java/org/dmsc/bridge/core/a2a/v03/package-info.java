/**
 * A2A 0.3 and 1.0 translated into each other, for callers and agents that speak the older one. Pure and lenient: what has no translation is
 * left as it is, so that whoever checks 1.0 afterwards refuses it by its name.
 */
@NullMarked
package org.dmsc.bridge.core.a2a.v03;

import org.jspecify.annotations.NullMarked;
