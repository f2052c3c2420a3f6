/**
 * Agents that are HTTP or gRPC services without A2A: how a delivery becomes a request, and an answer or a stream of messages what its task gets, as the
 * registration says. The calls
 * themselves are the fetcher's, under its rules.
 */
@NullMarked
package org.dmsc.bridge.http.plain;

import org.jspecify.annotations.NullMarked;
