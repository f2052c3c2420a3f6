/**
 * Tenants and what they may do: identity, certificates, keys, policy, quotas and Kafka ACLs.
 * No protocol and no topology belongs here.
 */
@NullMarked
package org.dmsc.tenant;

import org.jspecify.annotations.NullMarked;
