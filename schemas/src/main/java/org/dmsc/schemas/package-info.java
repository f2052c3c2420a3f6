/** Names, ids, refusals and topic names that every module shares. No I/O here. */
@NullMarked
package org.dmsc.schemas;

import org.jspecify.annotations.NullMarked;
