/** The gRPC binding of A2A: a thin codec between the generated wire types and the core's JSON objects. Knows nothing of who may call. */
@NullMarked
package org.dmsc.bridge.http.grpc;

import org.jspecify.annotations.NullMarked;
