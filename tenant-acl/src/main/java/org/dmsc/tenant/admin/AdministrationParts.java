package org.dmsc.tenant.admin;

import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.KeyVault;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.token.TokenKeys;

/**
 * What {@link TenantAdministration} works with.
 *
 * @param tenants the directory of this process, started
 * @param vault MUST hold both classes of keys
 * @param ids makes event ids and canary ids; UUIDs
 * @param audit where audit events go; MUST return when the event is kept, or throw UNAVAILABLE: nothing is done that is not audited
 * @param fencing whether ACLs and quotas are this process's to make; then {@code clients} MUST be allowed to
 * @param node identity of this process, the actor where no other is named
 */
public record AdministrationParts(
        KafkaClients clients,
        AvroCodec codec,
        Envelopes envelopes,
        Tenants tenants,
        FabricPki pki,
        KeyVault vault,
        TokenKeys tokenKeys,
        FabricDomain domain,
        FabricShape shape,
        Clock clock,
        Supplier<String> ids,
        Consumer<AuditEvent> audit,
        SpiffeId node,
        Fencing fencing) {}
