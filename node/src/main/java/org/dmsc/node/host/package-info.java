/** What a node needs of its machine: data folder, ports, secrets, and how it says that it cannot start. Knows nothing of the fabric. */
@NullMarked
package org.dmsc.node.host;

import org.jspecify.annotations.NullMarked;
