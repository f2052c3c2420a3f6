/** A2A 1.0 on a whole fabric, by clients and agents that are not ours. */
package org.dmsc.node.a2a;
