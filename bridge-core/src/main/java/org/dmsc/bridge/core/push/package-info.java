/** Push notifications: where callers want to be told of their tasks' updates, and telling them, at least once and in order. Knows no HTTP. */
@NullMarked
package org.dmsc.bridge.core.push;

import org.jspecify.annotations.NullMarked;
