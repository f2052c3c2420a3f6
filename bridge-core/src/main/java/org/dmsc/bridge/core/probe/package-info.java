/** Looks at agents that are called whether they are there, in place of heartbeats. */
@NullMarked
package org.dmsc.bridge.core.probe;

import org.jspecify.annotations.NullMarked;
