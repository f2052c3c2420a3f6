/** Tasks that somebody here waits for: reading their events, folding them, telling the listeners, and catching up from the log. */
@NullMarked
package org.dmsc.bridge.core.watch;

import org.jspecify.annotations.NullMarked;
