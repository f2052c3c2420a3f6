/**
 * Agents that cannot be called: each has an inbox here while it is connected, fetches its tasks from it and brings the answers back. Knows no
 * HTTP: how an inbox is read is for its readers.
 */
@NullMarked
package org.dmsc.bridge.http.inbox;

import org.jspecify.annotations.NullMarked;
