/**
 * The HTTP edge: A2A over JSON-RPC, HTTP+JSON and gRPC, and transparent interception.
 * Translates and hands over to bridge-core; decides nothing about delegation.
 */
@NullMarked
package org.dmsc.bridge.http;

import org.jspecify.annotations.NullMarked;
