package org.dmsc.tenant.admin;

import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * What {@link TenantLife} works with beside the administration.
 *
 * @param agents the registry as this process knows it
 * @param withdraw takes an agent out of the registry; MUST NOT block
 * @param revoke revokes everything a tenant's agents have, for whoever wants it, and says in words who heard it; MAY block
 * @param signer this node's identity, which signs deletion records
 * @param patience how long others may take to do their part
 */
public record LifeParts(
        Agents agents,
        Consumer<AgentRef> withdraw,
        BiFunction<TenantId, SpiffeId, String> revoke,
        Supplier<IssuedIdentity> signer,
        Duration patience) {}
