/** What both directions of HTTP share: who is at the other end of a connection, and how it is closed at once. */
@NullMarked
package org.dmsc.bridge.http.connection;

import org.jspecify.annotations.NullMarked;
