/** Puts the modules together into a running node: what starts, in which order, and what each part is given. No logic of the fabric. */
@NullMarked
package org.dmsc.node.fabric;

import org.jspecify.annotations.NullMarked;
