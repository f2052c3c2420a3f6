package org.dmsc.bridge.http;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.fetch.Fetcher;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.oauth.TokenDesk;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.pki.Pem;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.revocation.LiveConnections;
import org.dmsc.tenant.revocation.Revocation;
import org.dmsc.tenant.revocation.RevocationKey;
import org.dmsc.tenant.revocation.RevocationList;
import org.dmsc.tenant.token.OutsideIssuer;
import org.dmsc.tenant.token.OutsideKeys;
import org.dmsc.tenant.token.TokenBinding;
import org.dmsc.tenant.token.TokenIssuer;
import org.dmsc.tenant.token.TokenKeys;
import org.dmsc.tenant.token.TokenSources;
import org.dmsc.tenant.token.TokenVerifier;

/** A real CA, real tokens, and clients that use them. */
public final class Identities {

    private static final char[] NO_PASSWORD = "test".toCharArray();

    public final FabricDomain domain = FabricDomain.DEFAULT;
    public final Clock clock = Clock.systemUTC();
    public final FakeTenants tenants = new FakeTenants();
    public final AtomicReference<Duration> age = new AtomicReference<>(Duration.ZERO);
    public final RevocationList revocations = new RevocationList(age::get);
    public final LiveConnections connections = new LiveConnections(revocations, clock);
    public final PeerValidator peers;
    final FabricPki pki;
    private final TokenKeys tokenKeys;
    private final List<X509Certificate> issuing = new ArrayList<>();
    public final Map<TenantId, List<OutsideIssuer>> outside = new ConcurrentHashMap<>();
    public final AtomicReference<Fetcher> keyFetcher = new AtomicReference<>(
            order -> CompletableFuture.failedStage(new RefusedException(Refusal.FETCH_FAILED, "nothing there")));
    public final OutsideKeys outsideKeys =
            new OutsideKeys(order -> keyFetcher.get().get(order), clock);

    public Identities(Path dir) {
        pki = FabricPki.openOrCreate(dir.resolve("pki"), domain, clock, new SecureRandom());
        tokenKeys = TokenKeys.open(dir.resolve("tokens"), NO_PASSWORD);
        issuing.add(pki.platformCa());
        peers = new PeerValidator(pki::root, this::issuing, domain, clock, revocations);
    }

    private Collection<X509Certificate> issuing() {
        return issuing;
    }

    public void addTenant(String name) {
        TenantId tenant = new TenantId(name);
        X509Certificate ca = pki.createTenantCa(tenant);
        issuing.add(ca);
        tenants.put(TenantRecord.newBuilder()
                .setTenant(name)
                .setState(TenantState.ACTIVE)
                .setGeneration(1)
                .setCreatedAt(1)
                .setUpdatedAt(1)
                .setCaCertificates(List.of(Pem.of(ca)))
                .setTokenIssuer(TokenIssuer.issuerOf(domain, tenant))
                .setTokenKeys(tokenKeys.createFor(tenant, clock.instant()))
                .setRoutingKeyId(name + "/routing/1")
                .setPayloadKeyId(name + "/payload/1")
                .setLimits(TenantLimits.newBuilder().build())
                .build());
    }

    public void suspend(String name) {
        tenants.put(TenantRecord.newBuilder(tenants.find(new TenantId(name)).orElseThrow())
                .setState(TenantState.SUSPENDED)
                .setGeneration(2)
                .build());
    }

    public IssuedIdentity agent(String tenant, String agent) {
        return pki.issueAgent(AgentRef.of(tenant, agent), Duration.ofHours(1));
    }

    public IssuedIdentity agent(String tenant, String agent, Duration life) {
        return pki.issueAgent(AgentRef.of(tenant, agent), life);
    }

    /** As the gateway does it when it hears of it; the number of connections that were cut. */
    public int revoke(RevocationKey key) {
        Revocation news = new Revocation(
                key, Revocation.ALWAYS, "r", "", "spiffe://test/x", clock.instant(), revocations.generation() + 1);
        revocations.apply(news);
        return connections.cut(news).toCompletableFuture().join();
    }

    public int revoke(String tenant, String agent) {
        return revoke(RevocationKey.identity(SpiffeId.agent(domain, AgentRef.of(tenant, agent))));
    }

    public IssuedIdentity gateway() {
        return pki.issueNode("gateway", "g1", List.of("localhost"), List.of("127.0.0.1"), Duration.ofHours(1));
    }

    public X509Certificate root() {
        return pki.root();
    }

    public IssuedIdentity operator() {
        return pki.issueOperator("root", Duration.ofHours(1));
    }

    public String token(String tenant, String agent) {
        return new TokenIssuer(tokenKeys, domain, clock).issue(AgentRef.of(tenant, agent), Duration.ofMinutes(10));
    }

    /** Bound to a key, by its thumbprint. */
    public String boundToken(String tenant, String agent, String key) {
        return new TokenIssuer(tokenKeys, domain, clock)
                .grant(
                        AgentRef.of(tenant, agent),
                        Duration.ofMinutes(10),
                        new TokenBinding(Optional.empty(), Optional.of(key)),
                        Set.of())
                .token();
    }

    /** Believes the tenants' own issuers, and the outside ones that a test put in. */
    public TokenVerifier verifier() {
        return new TokenVerifier(new TokenSources(
                tenants, domain, tenant -> outside.getOrDefault(tenant, List.of()), outsideKeys, clock));
    }

    public TokenDesk tokenDesk(CallerAuthenticator authenticator, Agents agents) {
        return new TokenDesk(authenticator, domain, agents, new TokenIssuer(tokenKeys, domain, clock), clock);
    }

    public HttpClient client(Optional<IssuedIdentity> identity, HttpClient.Version version) {
        return HttpClient.newBuilder()
                .sslContext(ssl(identity))
                .version(version)
                .build();
    }

    public SSLContext ssl(Optional<IssuedIdentity> identity) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(identity.map(Identities::keys).orElse(null), new TrustManager[] {peers.trustManager()}, null);
            return context;
        } catch (NoSuchAlgorithmException | KeyManagementException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyManager[] keys(IssuedIdentity identity) {
        try {
            KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
            KeyStore store = identity.keyStore(NO_PASSWORD);
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
