/** Kafka inside the node's JVM. Only this package knows Kafka's server classes; everybody else is a client. */
@NullMarked
package org.dmsc.node.kafka;

import org.jspecify.annotations.NullMarked;
