/** Payloads that are too large for one record: read by the reference in their place (design 14.9). */
@NullMarked
package org.dmsc.bridge.core.payload;

import org.jspecify.annotations.NullMarked;
