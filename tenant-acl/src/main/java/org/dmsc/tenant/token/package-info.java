/** Access tokens: of the fabric's own issuers, one per tenant, and of the issuers outside that tenants believe. */
@NullMarked
package org.dmsc.tenant.token;

import org.jspecify.annotations.NullMarked;
