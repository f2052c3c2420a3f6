/**
 * MCP's side of the edge, without HTTP: its messages, the tools as they are described, and their arguments. What the tools do is A2A's core.
 */
@NullMarked
package org.dmsc.bridge.http.mcp;

import org.jspecify.annotations.NullMarked;
