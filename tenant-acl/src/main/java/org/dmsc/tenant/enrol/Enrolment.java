package org.dmsc.tenant.enrol;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.enrol.OneTimeTokens.Made;
import org.dmsc.tenant.enrol.OneTimeTokens.Shown;
import org.dmsc.tenant.enrol.OneTimeTokens.Wish;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.pki.Pem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an EST server (RFC 7030) decides, for agents and nodes alike, without any HTTP. Calls that issue or invite block on Kafka and MUST
 * NOT be made on an event loop. Thread-safe.
 */
public final class Enrolment {

    private static final Logger LOG = LoggerFactory.getLogger(Enrolment.class);
    private static final String PLATFORM_LOG = "sys";

    private final EnrolmentParts parts;

    public Enrolment(EnrolmentParts parts) {
        this.parts = parts;
    }

    /**
     * Invites an agent or a node.
     *
     * @throws RefusedException TENANT_UNKNOWN, TENANT_INACTIVE, INVALID_REQUEST
     */
    public Made invite(Wish wish, SpiffeId actor) {
        requireReady(wish.identity());
        Made made = parts.tokens().invite(wish, actor);
        audit(
                AuditKind.IDENTITY_INVITED,
                wish.identity(),
                actor.uri(),
                Map.of(
                        "tokenSha256", made.invitation().tokenSha256(),
                        "expiresAt", made.invitation().expiresAt().toString()));
        return made;
    }

    /** The response of {@code cacerts}: the root, and the issuing CAs of the tenant that the host names, or else of the platform. */
    public byte[] caCertificates(Optional<TenantId> tenant) {
        List<X509Certificate> all = new ArrayList<>();
        all.add(parts.pki().root());
        Optional<List<X509Certificate>> own = tenant.flatMap(parts.tenants()::find)
                .filter(record -> record.getState() == TenantState.ACTIVE)
                .map(record -> record.getCaCertificates().stream()
                        .map(Pem::certificate)
                        .toList());
        // A tenant that is not there looks like none at all.
        all.addAll(own.orElseGet(parts.pki()::platformCas));
        return Pkcs7.certificatesOnly(all);
    }

    /** The response of {@code csrattrs} (RFC 7030 4.5.2): a key on P-256, signed with SHA-256. */
    public byte[] requestAttributes() {
        ASN1EncodableVector wanted = new ASN1EncodableVector();
        wanted.add(new Attribute(X9ObjectIdentifiers.id_ecPublicKey, new DERSet(SECObjectIdentifiers.secp256r1)));
        wanted.add(X9ObjectIdentifiers.ecdsa_with_SHA256);
        try {
            return new DERSequence(wanted).getEncoded("DER");
        } catch (IOException e) {
            throw new IllegalStateException("attributes cannot be encoded", e);
        }
    }

    /**
     * Whether the token may be used now; uses up nothing.
     *
     * @throws RefusedException UNAUTHENTICATED, QUOTA_EXCEEDED
     */
    public Invitation authenticate(Shown shown) {
        return parts.tokens().check(shown);
    }

    /**
     * {@code simpleenroll}: checks everything, uses the token up, signs.
     *
     * @return PKCS#7 with the new certificate alone
     * @throws RefusedException INVALID_REQUEST, TOO_LARGE, UNAUTHENTICATED, NOT_PERMITTED, TENANT_INACTIVE, UNAVAILABLE
     */
    public byte[] enrol(Invitation invitation, byte[] request, String remoteAddress) {
        CertificateRequests.Proven proven = CertificateRequests.check(request, invitation);
        requireNotAnothers(proven, invitation.identity());
        requireReady(invitation.identity());
        String actor = "anonymous@" + remoteAddress;
        parts.tokens().consume(invitation, proven.sha256(), actor);
        return issued(invitation, proven, actor, "one-time token");
    }

    /**
     * {@code simplereenroll}: the same identity and life as the certificate that was shown.
     *
     * @param current proven by TLS and in force
     */
    public byte[] renew(SpiffeId identity, X509Certificate current, byte[] request) {
        Duration life = Duration.between(
                current.getNotBefore().toInstant().plus(IssuedIdentity.BACKDATING),
                current.getNotAfter().toInstant());
        Invitation same = new Invitation(
                "", identity, NodeNames.of(current), life, current.getNotAfter().toInstant());
        CertificateRequests.Proven proven = CertificateRequests.check(request, same);
        requireNotAnothers(proven, identity);
        requireReady(identity);
        return issued(
                same,
                proven,
                identity.uri(),
                "certificate " + current.getSerialNumber().toString(16));
    }

    /** Before a token is used up: a key file that is damaged or out of reach costs the caller nothing but time. */
    private void requireReady(SpiffeId identity) {
        Optional<TenantId> tenant = agent(identity).map(AgentRef::tenant);
        try {
            tenant.ifPresent(parts.readyToIssue());
            if (tenant.isPresent()) {
                parts.pki().createTenantCa(tenant.get());
            } else {
                parts.pki().platformCa();
            }
        } catch (RefusedException e) {
            if (e.refusal() != Refusal.INVALID_CONFIGURATION) {
                throw e;
            }
            LOG.atError().addKeyValue("refusal", e.refusal()).log("nothing can be issued: " + e.sentence());
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "nothing can be issued now (expected the operator to mend the key file that the log names)");
        }
    }

    private byte[] issued(Invitation invitation, CertificateRequests.Proven proven, String actor, String by) {
        X509Certificate leaf = sign(invitation, proven);
        audit(
                AuditKind.IDENTITY_ISSUED,
                invitation.identity(),
                actor,
                Map.of(
                        "by", by,
                        "serial", leaf.getSerialNumber().toString(16),
                        "notAfter", leaf.getNotAfter().toInstant().toString(),
                        "keySha256", proven.sha256()));
        return Pkcs7.certificatesOnly(List.of(leaf));
    }

    private X509Certificate sign(Invitation invitation, CertificateRequests.Proven proven) {
        return agent(invitation.identity())
                .map(agent -> parts.pki().certifyAgent(agent, proven.key(), invitation.life()))
                .orElseGet(() -> parts.pki()
                        .certifyNode(invitation.identity(), invitation.names(), proven.key(), invitation.life()));
    }

    /** One key in two tenants would let whoever has it be both. */
    private void requireNotAnothers(CertificateRequests.Proven proven, SpiffeId identity) {
        boolean anothers = parts.log()
                .invitations()
                .keyOwner(proven.sha256())
                .filter(owner -> !SpiffeId.parse(owner).trustDomain().equals(identity.trustDomain()))
                .isPresent();
        if (anothers) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "certificate request of " + identity
                            + ": its key is in use elsewhere (expected a key made for this certificate)");
        }
    }

    private Optional<AgentRef> agent(SpiffeId identity) {
        return identity.agentRef(parts.domain());
    }

    private void audit(AuditKind kind, SpiffeId object, String actor, Map<String, String> details) {
        parts.audit()
                .accept(AuditEvent.newBuilder()
                        .setEventId(parts.ids().get())
                        .setTenant(
                                agent(object).map(one -> one.tenant().value()).orElse(PLATFORM_LOG))
                        .setTime(parts.clock().millis())
                        .setKind(kind)
                        .setActor(actor)
                        .setNode(parts.node().uri())
                        .setObject(object.uri())
                        .setDetails(new HashMap<>(details))
                        .build());
    }
}
