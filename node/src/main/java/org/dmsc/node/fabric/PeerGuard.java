package org.dmsc.node.fabric;

import java.util.Optional;
import java.util.UUID;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.core.trail.KafkaAuditTrail;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.peers.PeerListener;
import org.dmsc.tenant.pki.IssuingCas;
import org.dmsc.tenant.pki.PeerValidator;

/** Who is let in where processes of the fabric ask each other, and where it is noted who was not. */
record PeerGuard(PeerValidator peers, AuditTrail audit) {

    /** Of a process without a gateway, whose guard is that one's; hears revocations before this returns. */
    static PeerGuard of(Foundation foundation, KafkaRole role, Health health, Closing closing) {
        FabricDomain domain = new FabricDomain(foundation.config().domain());
        AvroSerde<AuditEvent> values = new AvroSerde<>(foundation.codec(), AuditEvent.class);
        KafkaAuditTrail audit = closing.add(
                "audit trail",
                new KafkaAuditTrail(
                        () -> foundation.clients().producer("audit", values.serializer()),
                        () -> UUID.randomUUID().toString(),
                        SpiffeId.node(domain, role.kind(), foundation.config().node())
                                .uri(),
                        foundation.clock()));
        audit.start();
        RevocationRole revocations = new RevocationRole(foundation, role.kind());
        revocations.start(audit, health, closing);
        return new PeerGuard(
                new PeerValidator(
                        foundation.keys()::root,
                        IssuingCas.following(foundation.tenants(), foundation.keys()::platformCas),
                        domain,
                        foundation.clock(),
                        revocations.list()),
                audit);
    }

    /** Puts refusals on the audit log. */
    PeerListener.Refusals refusals() {
        return (actor, refused, object) -> audit.refused(new RefusalNote(
                Optional.empty(),
                actor,
                refused.refusal(),
                refused.sentence(),
                Optional.of(object),
                Optional.empty(),
                RefusalNote.Weight.REFUSED));
    }
}
