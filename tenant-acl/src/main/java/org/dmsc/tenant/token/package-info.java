/** Access tokens of the fabric's own issuers, one issuer per tenant. */
@NullMarked
package org.dmsc.tenant.token;

import org.jspecify.annotations.NullMarked;
