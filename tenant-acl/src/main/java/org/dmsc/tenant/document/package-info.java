/** A tenant's policy as people write it: one document, read with all of its faults at once, and compared with what stands. */
@NullMarked
package org.dmsc.tenant.document;

import org.jspecify.annotations.NullMarked;
