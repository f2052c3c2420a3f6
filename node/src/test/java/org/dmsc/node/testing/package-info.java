/** One embedded fabric for all integration tests of a JVM, and agents that are real A2A servers. Speaks to the fabric over sockets only. */
@NullMarked
package org.dmsc.node.testing;

import org.jspecify.annotations.NullMarked;
