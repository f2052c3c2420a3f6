/** An embedded broker and small fakes for tests of this module. */
@NullMarked
package org.dmsc.tenant.testing;

import org.jspecify.annotations.NullMarked;
