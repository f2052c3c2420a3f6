package org.dmsc.tenant.policy;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.dpop.ProofOfPossession;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.Caller.Kind;
import org.dmsc.tenant.identity.Caller.Method;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.pki.PeerValidator.Peer;
import org.dmsc.tenant.pki.Pem;
import org.dmsc.tenant.revocation.Evidence;
import org.dmsc.tenant.revocation.RevocationList;
import org.dmsc.tenant.token.TokenVerifier;
import org.dmsc.tenant.token.VerifiedToken;

/**
 * Turns credentials into a caller. Four things must name the same tenant: the host that was dialled, the leaf's trust domain, the CA that
 * issued the leaf, the token's issuer; where both are shown, certificate and token must name the same agent. What is not shown asserts
 * nothing; what disagrees is refused. Thread-safe, never blocks.
 */
public final class CallerAuthenticator {

    private final FabricDomain domain;
    private final Tenants tenants;
    private final PeerValidator peers;
    private final TokenVerifier tokens;
    private final RevocationList revocations;
    private final ProofOfPossession possession;
    private final Map<TenantId, RegisteredCas> registered = new ConcurrentHashMap<>();

    /** The peer validator MUST know the same revocations; with an empty list, nobody from outside MUST be admitted. */
    public CallerAuthenticator(
            FabricDomain domain,
            Tenants tenants,
            PeerValidator peers,
            TokenVerifier tokens,
            RevocationList revocations,
            ProofOfPossession possession) {
        this.domain = domain;
        this.tenants = tenants;
        this.peers = peers;
        this.tokens = tokens;
        this.revocations = revocations;
        this.possession = possession;
    }

    /**
     * The caller behind the credentials. MUST be asked for each request, also on connections that were resumed: TLS does not ask the trust
     * manager again then.
     *
     * @throws RefusedException UNAUTHENTICATED, REVOKED, IDENTITY_MISMATCH, TENANT_UNKNOWN or TENANT_INACTIVE; DPOP_BINDING, DPOP_INVALID, DPOP_NONCE
     */
    public Caller authenticate(Credentials credentials) {
        return identify(credentials).caller();
    }

    /**
     * As {@link #authenticate} of certificates or bearer tokens (a proof of possession counts once), once everything is known here that was revoked before this call: what was made for a caller on the word of its
     * certificate MUST be confirmed before it is handed out, or a thief whose certificate was revoked a moment ago leaves with a new one. Blocks.
     *
     * @throws RefusedException as there, and REVOCATIONS_STALE
     */
    public Caller confirm(Credentials credentials) {
        revocations.awaitCurrent();
        return authenticate(credentials);
    }

    /**
     * A caller, and by what its credentials can be revoked.
     *
     * @param nonce that its next proofs of possession should have, when it is time for another (RFC 9449 8.2)
     */
    public record Identified(Caller caller, List<Evidence> evidence, Optional<String> nonce) {

        /** Of a caller that needs no nonce. */
        public Identified(Caller caller, List<Evidence> evidence) {
            this(caller, evidence, Optional.empty());
        }
    }

    /** What checks proofs of possession here; the token endpoint of this gateway MUST use the same. */
    public ProofOfPossession possession() {
        return possession;
    }

    /** As {@link #authenticate}; the evidence is for the {@code LiveConnection} on which the credentials were shown. */
    public Identified identify(Credentials credentials) {
        Optional<Peer> peer =
                credentials.chain().isEmpty() ? Optional.empty() : Optional.of(peers.check(credentials.chain()));
        Optional<TenantId> dialled = credentials.host().flatMap(host -> domain.tenantOfHost(withoutRootDot(host)));
        Optional<VerifiedToken> token = credentials.token().map(shown -> tokens.check(shown, dialled));
        if (peer.isEmpty() && token.isEmpty()) {
            throw new RefusedException(
                    Refusal.UNAUTHENTICATED,
                    "no credential was shown (expected a client certificate of the fabric or 'Authorization: Bearer <token>')");
        }
        // Not kept with the token's signature: that it is good stays true, that it counts does not.
        token.map(VerifiedToken::evidence).ifPresent(revocations::require);
        Caller caller = caller(peer.map(Peer::id), token.map(VerifiedToken::agent));
        credentials.host().map(CallerAuthenticator::withoutRootDot).ifPresent(host -> requireHost(caller, host));
        if (caller.kind() == Kind.AGENT) {
            requireTenant(caller.tenant(), peer.map(Peer::issuer));
        }
        token.ifPresent(shown -> shown.requireBoundTo(peer.map(Peer::leaf)));
        Optional<String> nonce = token.flatMap(
                shown -> possession.require(shown, credentials.token().orElseThrow(), credentials.possession()));
        return new Identified(
                caller,
                Stream.concat(peer.map(Peer::evidence).stream(), token.map(VerifiedToken::evidence).stream())
                        .toList(),
                nonce);
    }

    /**
     * An agent that shows nothing here, on the word of an outside broker that its tenant's operator named. Revoking the agent or its tenant
     * ends that for good: there is no newer credential that could outlive the revocation.
     *
     * @throws RefusedException REVOKED, TENANT_UNKNOWN or TENANT_INACTIVE
     */
    public Identified vouch(AgentRef agent) {
        requireTenant(agent.tenant(), Optional.empty());
        SpiffeId id = SpiffeId.agent(domain, agent);
        Evidence evidence = Evidence.ofVouched(id, agent.tenant());
        revocations.require(evidence);
        return new Identified(new Caller(Kind.AGENT, id, Optional.of(agent), Method.VOUCHED), List.of(evidence));
    }

    private Caller caller(Optional<SpiffeId> certified, Optional<AgentRef> tokened) {
        if (certified.isEmpty()) {
            AgentRef agent = tokened.orElseThrow();
            return new Caller(Kind.AGENT, SpiffeId.agent(domain, agent), Optional.of(agent), Method.TOKEN);
        }
        SpiffeId id = certified.get();
        Optional<AgentRef> agent = id.agentRef(domain);
        if (tokened.isPresent() && !tokened.equals(agent)) {
            throw mismatch("the certificate names " + id + " and the token " + tokened.get());
        }
        if (agent.isPresent()) {
            return new Caller(Kind.AGENT, id, agent, tokened.isPresent() ? Method.BOTH : Method.CERTIFICATE);
        }
        String kind = id.nodeKind(domain)
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNAUTHENTICATED, id + " is neither an agent nor a node of the fabric " + domain));
        return new Caller(
                kind.equals("operator") ? Kind.OPERATOR : Kind.NODE, id, Optional.empty(), Method.CERTIFICATE);
    }

    private void requireHost(Caller caller, String host) {
        if (domain.covers(host) && !host.equalsIgnoreCase(caller.id().trustDomain())) {
            throw mismatch("the host is '" + Printable.of(host) + "' and the caller " + caller.id());
        }
    }

    /** A name with the root's dot at its end is the same name. */
    private static String withoutRootDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    private void requireTenant(TenantId tenant, Optional<X509Certificate> issuer) {
        TenantRecord record = tenants.find(tenant)
                .orElseThrow(
                        () -> new RefusedException(Refusal.TENANT_UNKNOWN, "tenant " + tenant + " is not known here"));
        if (record.getState() != TenantState.ACTIVE) {
            throw new RefusedException(
                    Refusal.TENANT_INACTIVE, "tenant " + tenant + " is " + record.getState() + " (expected ACTIVE)");
        }
        if (issuer.isPresent() && !registeredCas(tenant, record).contains(issuer.get())) {
            throw mismatch("the certificate was not issued by a CA of tenant " + tenant);
        }
    }

    private List<X509Certificate> registeredCas(TenantId tenant, TenantRecord record) {
        return registered
                .compute(
                        tenant,
                        (key, known) -> known != null && known.generation() == record.getGeneration()
                                ? known
                                : RegisteredCas.of(record))
                .certificates();
    }

    private static RefusedException mismatch(String what) {
        return new RefusedException(
                Refusal.IDENTITY_MISMATCH, what + " (expected all to name the same tenant and agent)");
    }

    /** The CAs of a tenant's record, parsed once per generation. */
    private record RegisteredCas(long generation, List<X509Certificate> certificates) {

        static RegisteredCas of(TenantRecord record) {
            return new RegisteredCas(
                    record.getGeneration(),
                    record.getCaCertificates().stream().map(Pem::certificate).toList());
        }
    }
}
