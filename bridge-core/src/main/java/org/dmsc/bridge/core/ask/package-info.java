/** From a caller's request to a task in the log: admission, names, the submission record. */
@NullMarked
package org.dmsc.bridge.core.ask;

import org.jspecify.annotations.NullMarked;
