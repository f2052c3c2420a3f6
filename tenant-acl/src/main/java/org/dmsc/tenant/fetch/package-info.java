/**
 * What the fabric may fetch from addresses that others named: agent cards, key sets. Decisions only; the client that obeys them is in
 * bridge-http. Nothing else may open a connection to an address that a tenant chose.
 */
@NullMarked
package org.dmsc.tenant.fetch;

import org.jspecify.annotations.NullMarked;
