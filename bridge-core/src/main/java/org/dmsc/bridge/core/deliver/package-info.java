/** What becomes of a delivery that this gateway read: the decision, the attempt, the hand-over to a link. Knows no protocol and no offsets. */
@NullMarked
package org.dmsc.bridge.core.deliver;

import org.jspecify.annotations.NullMarked;
