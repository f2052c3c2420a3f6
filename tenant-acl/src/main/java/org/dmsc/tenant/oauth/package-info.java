/** The built-in token endpoint of each tenant (RFC 6749 client credentials), without any transport. */
@NullMarked
package org.dmsc.tenant.oauth;

import org.jspecify.annotations.NullMarked;
