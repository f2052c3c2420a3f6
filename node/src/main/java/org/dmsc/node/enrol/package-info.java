/** How a process gets its certificates from the fabric by EST, keeps them, and renews them. The server is elsewhere, in bridge-http. */
@NullMarked
package org.dmsc.node.enrol;

import org.jspecify.annotations.NullMarked;
