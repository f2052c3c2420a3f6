/** Proof of possession for access tokens that are bound to a key (DPoP, RFC 9449). What a token says is not read here. */
@NullMarked
package org.dmsc.tenant.dpop;

import org.jspecify.annotations.NullMarked;
