/** Who calls: SPIFFE ids, host names, credentials as they were shown. No protocol and no key material belongs here. */
@NullMarked
package org.dmsc.tenant.identity;

import org.jspecify.annotations.NullMarked;
