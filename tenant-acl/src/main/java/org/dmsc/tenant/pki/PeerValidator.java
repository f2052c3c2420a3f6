package org.dmsc.tenant.pki;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x509.Extension;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.LeafProfile.Side;
import org.dmsc.tenant.revocation.Evidence;
import org.dmsc.tenant.revocation.RevocationList;

/**
 * Proves who a peer is by its leaf. The root is the only anchor, because the JDK ignores name constraints of an anchor; of what the peer sent
 * only the leaf is used, its issuer is taken from the known issuing CAs: so clients that send the leaf alone work, and a hostile chain is never
 * looked at.
 *
 * <p>TLS does not call a trust manager when a session is resumed: whoever accepts connections MUST call {@link #check} with the session's peer
 * certificates for each connection or request. Results are kept for a minute, so that it costs little. Thread-safe, never blocks.
 */
public final class PeerValidator {

    private static final Duration KEPT = Duration.ofSeconds(60);
    private static final long MOST_KEPT = 10_000;

    private final Supplier<X509Certificate> root;
    private final Supplier<Collection<X509Certificate>> issuingCas;
    private final FabricDomain domain;
    private final Clock clock;
    private final RevocationList revocations;
    private final Cache<Seen, Peer> peers =
            Caffeine.newBuilder().maximumSize(MOST_KEPT).expireAfterWrite(KEPT).build();

    /** Of a process that hears no revocations, and so MUST NOT admit anybody from outside. */
    public PeerValidator(
            Supplier<X509Certificate> root,
            Supplier<Collection<X509Certificate>> issuingCas,
            FabricDomain domain,
            Clock clock) {
        this(root, issuingCas, domain, clock, RevocationList.empty());
    }

    /** Of a gateway: what is revoked is refused, also when its certificate was seen before. */
    public PeerValidator(
            Supplier<X509Certificate> root,
            Supplier<Collection<X509Certificate>> issuingCas,
            FabricDomain domain,
            Clock clock,
            RevocationList revocations) {
        this.revocations = revocations;
        this.root = root;
        this.issuingCas = issuingCas;
        this.domain = domain;
        this.clock = clock;
    }

    /** A proven peer, the CA that issued its leaf, and by what it can be revoked. */
    public record Peer(SpiffeId id, X509Certificate leaf, X509Certificate issuer, Evidence evidence) {}

    /**
     * The identity of a client.
     *
     * @param chain as the peer sent it, leaf first
     * @throws RefusedException UNAUTHENTICATED, REVOKED
     */
    public SpiffeId validate(List<X509Certificate> chain) {
        return check(chain).id();
    }

    /** As {@link #validate}, with the certificates that prove it. */
    public Peer check(List<X509Certificate> chain) {
        return check(chain, Side.CLIENT);
    }

    /** The identity of a server, such as an agent that is called. */
    public Peer checkServer(List<X509Certificate> chain) {
        return check(chain, Side.SERVER);
    }

    /** Lets in every peer of the fabric, on both sides of TLS. */
    public X509ExtendedTrustManager trustManager() {
        return new PeerTrustManager(this, Optional.empty());
    }

    /** Lets in that one peer, recognised by its SPIFFE id and not by its DNS name. */
    public X509ExtendedTrustManager expecting(SpiffeId peer) {
        return new PeerTrustManager(this, Optional.of(peer));
    }

    /**
     * Refuses a certificate that is no root, such as a tenant's CA that was configured as one by mistake: as an anchor its name constraints
     * would not count.
     *
     * @throws RefusedException INVALID_CONFIGURATION
     */
    public static void requireRoot(X509Certificate certificate) {
        boolean selfIssued = certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
        boolean constrained = certificate.getExtensionValue(Extension.nameConstraints.getId()) != null;
        if (!selfIssued || constrained || certificate.getBasicConstraints() < 1) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "trust anchor '"
                            + Printable.of(certificate.getSubjectX500Principal().getName())
                            + "' is not the fabric's root (expected a self-issued CA without name constraints; an issuing CA must never be an"
                            + " anchor)");
        }
    }

    Peer check(List<X509Certificate> chain, Side side) {
        if (chain.isEmpty()) {
            throw new RefusedException(Refusal.UNAUTHENTICATED, "no certificate (expected one of the fabric)");
        }
        X509Certificate leaf = chain.get(0);
        Seen seen = new Seen(leaf, side);
        Peer known = peers.getIfPresent(seen);
        if (known == null || !isStillGood(known)) {
            known = prove(leaf, side);
            peers.put(seen, known);
        }
        // Never kept: a revocation counts from the moment it is on the list.
        revocations.require(known.evidence());
        return known;
    }

    private boolean isStillGood(Peer peer) {
        Instant now = clock.instant();
        return isWithin(now, peer.leaf())
                && isWithin(now, peer.issuer())
                && issuingCas.get().contains(peer.issuer());
    }

    private static boolean isWithin(Instant now, X509Certificate certificate) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && now.isBefore(certificate.getNotAfter().toInstant());
    }

    /** Any error is a refusal: the JDK's validator is known to fail with a NullPointerException on some hostile names. */
    private Peer prove(X509Certificate leaf, Side side) {
        try {
            SpiffeId id = LeafProfile.identity(leaf, side);
            X509Certificate issuer = issuerOf(leaf, id);
            if (id.agentRef(domain).isEmpty() && id.nodeKind(domain).isEmpty()) {
                throw refused(id + " is neither an agent nor a node of the fabric " + domain);
            }
            return new Peer(id, leaf, issuer, evidence(id, leaf, issuer));
        } catch (RefusedException e) {
            throw e;
        } catch (RuntimeException e) {
            throw refused("certificate cannot be checked: " + e);
        }
    }

    private Evidence evidence(SpiffeId id, X509Certificate leaf, X509Certificate issuer) {
        Optional<AgentRef> agent = id.agentRef(domain);
        SpiffeId identity = agent.map(named -> SpiffeId.agent(domain, named)).orElse(id);
        return Evidence.ofCertificate(identity, agent.map(AgentRef::tenant), leaf, issuer);
    }

    private X509Certificate issuerOf(X509Certificate leaf, SpiffeId id) {
        X509Certificate anchor = root.get();
        requireRoot(anchor);
        String why = "no CA of this fabric has the name of its issuer";
        for (X509Certificate ca : issuingCas.get()) {
            if (!ca.getSubjectX500Principal().equals(leaf.getIssuerX500Principal())
                    || !CaProfile.mayHaveIssued(ca, leaf)) {
                continue;
            }
            if (!CaProfile.host(ca).equals(Optional.of(id.trustDomain()))) {
                why = "its issuer may not issue for trust domain " + id.trustDomain();
                continue;
            }
            Optional<String> fault = fault(leaf, ca, anchor);
            if (fault.isEmpty()) {
                return ca;
            }
            why = fault.get();
        }
        throw refused("certificate of " + id + " is not valid: " + why
                + " (expected one that the fabric issued and that has not expired; clocks set right?)");
    }

    Optional<String> fault(X509Certificate leaf, X509Certificate ca, X509Certificate anchor) {
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
            // Revocation is the fabric's own, by its topic.
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(clock.instant()));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf, ca)), parameters);
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static RefusedException refused(String why) {
        return new RefusedException(Refusal.UNAUTHENTICATED, why);
    }

    private record Seen(X509Certificate leaf, Side side) {}
}
