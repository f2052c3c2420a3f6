/** Who calls: SPIFFE ids, host names, and the agreement of all credentials. No protocol and no key material belongs here. */
@NullMarked
package org.dmsc.tenant.identity;

import org.jspecify.annotations.NullMarked;
