package org.dmsc.tenant.admin;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * Kafka clients of a tenant's own: each has a certificate that only Kafka takes, and reads the tenant's events and its part of the audit log,
 * nothing else.
 */
public final class KafkaReaders {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");

    private final AdministrationParts parts;
    private final TenantAdministration tenants;

    KafkaReaders(AdministrationParts parts, TenantAdministration tenants) {
        this.parts = parts;
        this.tenants = tenants;
    }

    /**
     * Makes a client's certificate and its rights; and, for a tenant's first client, the topic that its audit records are copied to from then
     * on. Made again it is a new certificate; the old one stays valid until it ends.
     *
     * @param life of the certificate, shortened to what the fabric allows
     * @throws RefusedException TENANT_UNKNOWN, TENANT_INACTIVE, INVALID_REQUEST for a bad name, UNAVAILABLE where Kafka is not the fabric's
     */
    public KafkaAccess admit(TenantId tenant, String name, Duration life, SpiffeId actor) {
        requireFences();
        String user =
                SpiffeId.kafkaReader(parts.domain(), tenant, requireName(name)).uri();
        tenants.requireActive(tenant);
        tenants.intend(AuditKind.IDENTITY_ISSUED, tenant, actor, "Kafka access of " + user);
        try (Admin admin = parts.clients().admin()) {
            new KafkaFences(admin).admitReader(tenant, user);
            FabricTopics.createAudit(admin, tenant, parts.shape());
        }
        tenants.markAuditTopic(tenant);
        IssuedIdentity identity = parts.pki().issueKafkaReader(tenant, name, life);
        parts.audit()
                .accept(event(AuditKind.IDENTITY_ISSUED, tenant, actor, user)
                        .setDetails(Map.of(
                                "serial", identity.leaf().getSerialNumber().toString(16),
                                "notAfter",
                                        identity.leaf()
                                                .getNotAfter()
                                                .toInstant()
                                                .toString(),
                                "for", "kafka"))
                        .build());
        return new KafkaAccess(
                parts.clients().connection().bootstrapServers(),
                identity,
                parts.pki().root(),
                user,
                tenant + ".");
    }

    /** Takes a client's rights away: its certificate stays valid and is good for nothing. */
    public void dismiss(TenantId tenant, String name, SpiffeId actor) {
        requireFences();
        String user =
                SpiffeId.kafkaReader(parts.domain(), tenant, requireName(name)).uri();
        tenants.intend(AuditKind.TENANT_CHANGED, tenant, actor, "no more Kafka access of " + user);
        try (Admin admin = parts.clients().admin()) {
            new KafkaFences(admin).dismissReader(user);
        }
        parts.audit()
                .accept(event(AuditKind.TENANT_CHANGED, tenant, actor, user)
                        .setDetails(Map.of("kafkaAccess", "removed"))
                        .build());
    }

    private void requireFences() {
        if (!parts.fencing().isUp()) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "this fabric's Kafka does not know the fabric's certificates (expected the embedded broker with kafka.tls; on another"
                            + " cluster its administrator gives access: READ on dmsc.<tenant>.events and dmsc.<tenant>.audit)");
        }
    }

    private static String requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "name of a Kafka client: '" + Printable.of(name) + "' (expected 1 to 40 of a-z, 0-9 and '-')");
        }
        return name;
    }

    private AuditEvent.Builder event(AuditKind kind, TenantId tenant, SpiffeId actor, String object) {
        return AuditEvent.newBuilder()
                .setEventId(parts.ids().get())
                .setTenant(tenant.value())
                .setTime(parts.clock().millis())
                .setKind(kind)
                .setActor(actor.uri())
                .setObject(object)
                .setNode(parts.node().uri());
    }
}
