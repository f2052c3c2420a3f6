/**
 * A2A's eleven operations as one core, and its streams, whatever binding a request came in: the codecs around it turn bytes into JSON objects
 * and back. Knows no HTTP and no gRPC.
 */
@NullMarked
package org.dmsc.bridge.http.a2a;

import org.jspecify.annotations.NullMarked;
