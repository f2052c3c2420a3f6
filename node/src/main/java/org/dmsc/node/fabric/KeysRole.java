package org.dmsc.node.fabric;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.core.trail.KafkaAuditTrail;
import org.dmsc.node.config.EdgeConfig;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.KeyVault;
import org.dmsc.tenant.keys.VaultAuditHmac;
import org.dmsc.tenant.keys.remote.KeyDesk;
import org.dmsc.tenant.keys.remote.KeyListener;
import org.dmsc.tenant.pki.IssuingCas;
import org.dmsc.tenant.pki.PeerValidator;

/** Gives keys to the fabric's processes that have no vault. */
final class KeysRole {

    private static final String KIND = KafkaRole.KEYS.kind();

    private final Foundation foundation;
    private final Keyring keyring;
    private final FabricDomain domain;

    KeysRole(Foundation foundation, Keyring keyring) {
        this.foundation = foundation;
        this.keyring = keyring;
        this.domain = new FabricDomain(foundation.config().domain());
    }

    /** Who is let in, and where it is noted who was not. */
    record Guard(PeerValidator peers, AuditTrail audit) {}

    /** The same as of the gateway in this process, or one of its own, which hears revocations before this returns. */
    Guard guard(Optional<GatewayRole> gateway, Health health, Closing closing) {
        if (gateway.isPresent()) {
            return gateway.get().guard();
        }
        AvroSerde<AuditEvent> values = new AvroSerde<>(foundation.codec(), AuditEvent.class);
        KafkaAuditTrail audit = closing.add(
                "audit trail",
                new KafkaAuditTrail(
                        () -> foundation.clients().producer("audit", values.serializer()),
                        () -> UUID.randomUUID().toString(),
                        SpiffeId.node(domain, KIND, foundation.config().node()).uri(),
                        foundation.clock()));
        audit.start();
        RevocationRole revocations = new RevocationRole(foundation, KIND);
        revocations.start(audit, health, closing);
        PeerValidator peers = new PeerValidator(
                keyring::root,
                IssuingCas.following(foundation.tenants(), keyring::platformCas),
                domain,
                foundation.clock(),
                revocations.list());
        return new Guard(peers, audit);
    }

    /** Listens; returns the port. */
    int start(Guard guard, Closing closing) {
        KeyVault vault = keyring.vault(Set.of(KeyClass.values()));
        EdgeConfig at = foundation.config().keyService();
        try {
            KeyListener listener = new KeyListener(
                    new InetSocketAddress(at.host(), at.port()),
                    new KeyDesk(domain, foundation.tenants()::find, keyring.dataKeys(vault), new VaultAuditHmac(vault)),
                    keyring.identity(KIND),
                    guard.peers(),
                    (actor, refused, object) -> guard.audit()
                            .refused(new RefusalNote(
                                    Optional.empty(),
                                    actor,
                                    refused.refusal(),
                                    refused.sentence(),
                                    Optional.of(object),
                                    Optional.empty(),
                                    RefusalNote.Weight.REFUSED)));
            listener.start();
            closing.add("key service", listener);
            return listener.port();
        } catch (UncheckedIOException e) {
            throw new NodeException(
                    ExitCode.IN_USE,
                    "key-service.port: " + at.port() + " on " + at.host() + " cannot be had: " + e.getMessage(),
                    e);
        }
    }
}
