/**
 * {@code dmsc demo}: a fabric and agents as separate processes, and what a watcher sees on the wire. It knows the fabric only from outside:
 * its command line, its HTTP API and its Kafka topics. Nothing here may look into a node's state.
 */
@NullMarked
package org.dmsc.node.demo;

import org.jspecify.annotations.NullMarked;
