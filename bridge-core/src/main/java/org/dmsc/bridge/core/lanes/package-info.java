/** Which lanes this process owns, and how far it has come in each: offsets, hand-over, proof of ownership. Knows nothing of what a record means. */
@NullMarked
package org.dmsc.bridge.core.lanes;

import org.jspecify.annotations.NullMarked;
