/** Who a caller is, by the agreement of all its credentials, and what it may do: rules, and the one order in which they are asked. */
@NullMarked
package org.dmsc.tenant.policy;

import org.jspecify.annotations.NullMarked;
