/** Puts bridge-core together for a node: no decision is made here. */
@NullMarked
package org.dmsc.bridge.core.assembly;

import org.jspecify.annotations.NullMarked;
