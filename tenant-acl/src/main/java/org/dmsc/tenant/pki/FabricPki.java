package org.dmsc.tenant.pki;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.Pkcs11Token;
import org.dmsc.tenant.keys.Pkcs12File;
import org.dmsc.tenant.keys.SecretFile;
import org.dmsc.tenant.pki.CertificateMaker.LeafNames;
import org.dmsc.tenant.pki.CertificateMaker.Signer;
import org.dmsc.tenant.pki.RevokedSerials.Revoked;

/**
 * The certificate authorities of a fabric, in PKCS#12 files of one folder: {@code root.p12}, {@code platform.p12} and
 * {@code tenants/<tenant>.p12}. Thread-safe.
 *
 * <pre>
 *   root (P-384, 10 years, signs CAs only)
 *   ├─ platform CA              spiffe://platform.&lt;domain&gt;/&lt;kind&gt;/&lt;id&gt;
 *   └─ one CA for each tenant   spiffe://&lt;tenant&gt;.&lt;domain&gt;/agent/&lt;agent&gt;, name-constrained to it
 * </pre>
 */
public final class FabricPki {

    /** Leaves of agents live no longer; a longer life that is asked for is shortened to it. */
    public static final Duration MOST_AGENT_LIFE = Duration.ofHours(24);

    /** The same for leaves of nodes and operators. */
    public static final Duration MOST_NODE_LIFE = Duration.ofDays(90);

    /** The same for leaves of tenants' Kafka clients; what they may do can be taken away at any time. */
    public static final Duration MOST_READER_LIFE = Duration.ofDays(30);

    private static final Duration ROOT_LIFE = Duration.ofDays(3652);
    private static final Duration PLATFORM_CA_LIFE = Duration.ofDays(3650);
    private static final Duration TENANT_CA_LIFE = Duration.ofDays(90);

    /** A tenant's CA should be rotated when it has less than this left. */
    private static final Duration TENANT_CA_RENEWAL = Duration.ofDays(30);

    /** Every process that is asked later than this after a change of the platform's CAs knows of it. */
    public static final Duration PLATFORM_CAS_SEEN = Duration.ofSeconds(1);

    private static final String PASSWORD_FILE = "pki.password";
    private static final int PASSWORD_BYTES = 32;

    private final Home home;
    private final Clock clock;
    private final CertificateMaker maker;
    private final FabricDomain domain;
    private final FabricNames names;
    private final Signer root;
    private final CaSlots platform;
    private volatile PlatformCas platformCas = new PlatformCas(List.of(), Instant.EPOCH);
    private final Map<TenantId, CaSlots> tenants = new ConcurrentHashMap<>();

    /**
     * Where the keys of the authorities are.
     *
     * @param name for people
     * @param slots of root, platform, and each tenant
     * @param destroy the keys of one of them, as far as that can be done
     * @param provider makes keys there and signs with them
     */
    private record Home(String name, Function<String, CaSlots> slots, Consumer<String> destroy, Provider provider) {}

    private record PlatformCas(List<X509Certificate> certificates, Instant at) {}

    private FabricPki(Home home, FabricDomain domain, Clock clock, SecureRandom random) {
        this.home = home;
        this.clock = clock;
        this.maker = new CertificateMaker(clock, random, home.provider());
        this.domain = domain;
        this.names = new FabricNames(domain);
        this.root = home.slots().apply("root").activeOrMade(() -> maker.root(names.root(), ROOT_LIFE));
        PeerValidator.requireRoot(root.certificate());
        this.platform = home.slots().apply("platform");
        platform.activeOrMade(this::newPlatformCa);
        requireDomain();
    }

    /** As below, with a password that is made at first and kept beside the files in {@code pki.password}. */
    public static FabricPki openOrCreate(Path dir, FabricDomain domain, Clock clock, SecureRandom random) {
        Path file = dir.resolve(PASSWORD_FILE);
        if (SecretFile.read(file).isEmpty()) {
            requireNoKeysWithout(file);
            byte[] bytes = new byte[PASSWORD_BYTES];
            random.nextBytes(bytes);
            SecretFile.write(file, Base64.getUrlEncoder().withoutPadding().encode(bytes));
        }
        byte[] password = SecretFile.read(file).orElseThrow();
        return openOrCreate(
                dir, new String(password, StandardCharsets.US_ASCII).strip().toCharArray(), domain, clock, random);
    }

    /**
     * Opens the authorities of a folder, or makes root and platform CA when it has none.
     *
     * @throws RefusedException INVALID_CONFIGURATION when a file is damaged, readable by others, of another password or of another domain
     */
    public static FabricPki openOrCreate(
            Path dir, char[] password, FabricDomain domain, Clock clock, SecureRandom random) {
        Home files = new Home(
                dir.toString(),
                name -> new CaSlots(new Pkcs12File(dir.resolve(name + ".p12"), password), ""),
                name -> SecretFile.destroy(dir.resolve(name + ".p12")),
                BouncyCastle.provider());
        return new FabricPki(files, domain, clock, random);
    }

    /**
     * Opens the authorities of a PKCS#11 token, or makes root and platform CA in it. Their keys never leave it; those of leaves are never in
     * it.
     *
     * @throws RefusedException INVALID_CONFIGURATION when the token cannot be used or is of another domain
     */
    public static FabricPki openOrCreate(Pkcs11Token token, FabricDomain domain, Clock clock, SecureRandom random) {
        Home inToken = new Home(
                token.toString(),
                name -> new CaSlots(token, name + "/"),
                name -> token.update((store, pin) -> {
                    for (String alias : Collections.list(store.aliases())) {
                        if (alias.startsWith(name + "/")) {
                            store.deleteEntry(alias);
                        }
                    }
                }),
                token.provider());
        return new FabricPki(inToken, domain, clock, random);
    }

    /** The only trust anchor. */
    public X509Certificate root() {
        return root.certificate();
    }

    /** The issuing CA of nodes and operators. */
    public X509Certificate platformCa() {
        return activePlatform().certificate();
    }

    /**
     * All issuing CAs of nodes and operators whose leaves are accepted now, the active one first. The key file is looked at once a second, so
     * this may be asked with every request.
     */
    public List<X509Certificate> platformCas() {
        PlatformCas seen = platformCas;
        Instant now = clock.instant();
        if (Duration.between(seen.at(), now).abs().compareTo(PLATFORM_CAS_SEEN) > 0) {
            seen = new PlatformCas(known(platform), now);
            platformCas = seen;
        }
        return seen.certificates();
    }

    /** The tenant's issuing CA, made when there is none. */
    public X509Certificate createTenantCa(TenantId tenant) {
        return slots(tenant).activeOrMade(() -> newTenantCa(tenant)).certificate();
    }

    /** The tenant's issuing CA; empty when none was made. */
    public Optional<X509Certificate> tenantCa(TenantId tenant) {
        return slots(tenant).active().map(Signer::certificate);
    }

    /** All issuing CAs of the tenant whose keys are here: the active one, the prepared one, the old ones. */
    public List<X509Certificate> tenantCas(TenantId tenant) {
        return known(slots(tenant));
    }

    /** Whether the tenant's CA has so little left that it should be rotated. */
    public boolean isDue(TenantId tenant) {
        return slots(tenant)
                .active()
                .filter(active -> endsWithin(active, TENANT_CA_RENEWAL))
                .isPresent();
    }

    /**
     * Makes the tenant's next issuing CA, or returns the one that is prepared already. It signs nothing yet: first it MUST be known to
     * everybody who checks certificates.
     */
    public X509Certificate prepareTenantCa(TenantId tenant) {
        return slots(tenant).preparedOrMade(() -> newTenantCa(tenant)).certificate();
    }

    /** The prepared CA signs from now on; leaves of the one before stay valid until they expire. */
    public X509Certificate activateTenantCa(TenantId tenant) {
        return slots(tenant).activate().certificate();
    }

    /** As {@link #prepareTenantCa}, of the platform. */
    public X509Certificate preparePlatformCa() {
        return platform.preparedOrMade(this::newPlatformCa).certificate();
    }

    /** As {@link #activateTenantCa}, of the platform. */
    public X509Certificate activatePlatformCa() {
        return platform.activate().certificate();
    }

    /** As {@link #forgetTenantCa}, of the platform. */
    public void forgetPlatformCa(X509Certificate old) {
        platform.forget(old);
    }

    /** Destroys the key of an old CA of the tenant, whose leaves have all expired. */
    public void forgetTenantCa(TenantId tenant, X509Certificate old) {
        slots(tenant).forget(old);
    }

    /** Destroys the tenant's issuing CAs, as far as overwriting their file, or deleting the token's objects, can. */
    public synchronized void destroyTenantCa(TenantId tenant) {
        home.destroy().accept("tenants/" + tenant);
        tenants.remove(tenant);
    }

    /**
     * Makes a key and a certificate for an agent.
     *
     * @throws RefusedException TENANT_UNKNOWN when the tenant has no CA
     */
    public IssuedIdentity issueAgent(AgentRef agent, Duration life) {
        return issue(activeOf(agent.tenant()), names.agent(agent), shorter(life, MOST_AGENT_LIFE));
    }

    /**
     * Makes a key and a certificate for a tenant's own Kafka client.
     *
     * @throws RefusedException TENANT_UNKNOWN when the tenant has no CA
     */
    public IssuedIdentity issueKafkaReader(TenantId tenant, String name, Duration life) {
        return issue(activeOf(tenant), names.kafkaReader(tenant, name), shorter(life, MOST_READER_LIFE));
    }

    /**
     * Certifies a key that the agent made itself.
     *
     * @throws RefusedException TENANT_UNKNOWN when the tenant has no CA
     */
    public X509Certificate certifyAgent(AgentRef agent, PublicKey key, Duration life) {
        Signer ca = requireInForce(activeOf(agent.tenant()), life);
        return maker.certify(ca, names.agent(agent), key, shorter(life, MOST_AGENT_LIFE));
    }

    /** Certifies a key that a node made itself; {@code id} MUST be a node's. */
    public X509Certificate certifyNode(SpiffeId id, NodeNames reached, PublicKey key, Duration life) {
        LeafNames leaf = names.node(id, reached.dns(), reached.addresses());
        return maker.certify(requireInForce(activePlatform(), life), leaf, key, shorter(life, MOST_NODE_LIFE));
    }

    /** Makes a key and a certificate for a node; the names and addresses are those under which it is reached. */
    public IssuedIdentity issueNode(
            String kind, String id, List<String> dnsNames, List<String> ipAddresses, Duration life) {
        LeafNames leaf = names.node(SpiffeId.node(domain, kind, id), dnsNames, ipAddresses);
        return issue(activePlatform(), leaf, shorter(life, MOST_NODE_LIFE));
    }

    /** Makes a key and a certificate for an operator. */
    public IssuedIdentity issueOperator(String name, Duration life) {
        return issueNode("operator", name, List.of(), List.of(), life);
    }

    /**
     * The revocation list of a CA whose key is here, in DER.
     *
     * @param tenant whose CA it is; empty for the platform's
     */
    Optional<byte[]> revocationList(
            Optional<TenantId> tenant, X509Certificate ca, Collection<Revoked> entries, Duration life) {
        CaSlots slots = tenant.map(this::slots).orElse(platform);
        return slots.all().stream()
                .filter(signer -> signer.certificate().equals(ca))
                .findFirst()
                .map(signer -> maker.revocationList(signer, entries, life));
    }

    @Override
    public String toString() {
        return "FabricPki[" + domain + ", " + home.name() + "]";
    }

    private IssuedIdentity issue(Signer ca, LeafNames leaf, Duration life) {
        Signer made = maker.leaf(requireInForce(ca, life), leaf, life);
        return new IssuedIdentity(made.key(), List.of(made.certificate(), ca.certificate()));
    }

    private Signer requireInForce(Signer ca, Duration life) {
        if (life.isNegative() || life.isZero()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST, "life of a certificate: " + life + " (expected more than zero)");
        }
        if (endsWithin(ca, Duration.ZERO)) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "issuing CA " + ca.certificate().getSubjectX500Principal() + " ended on "
                            + ca.certificate().getNotAfter().toInstant() + " (expected a CA in force; renew it first)");
        }
        return ca;
    }

    private Signer activeOf(TenantId tenant) {
        return slots(tenant)
                .active()
                .orElseThrow(() -> new RefusedException(
                        Refusal.TENANT_UNKNOWN,
                        "tenant " + tenant + " has no issuing CA in " + home.name()
                                + " (expected the tenant to be created first)"));
    }

    private Signer activePlatform() {
        return platform.active()
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNAVAILABLE, home.name() + " holds no platform CA any more (expected platform.p12)"));
    }

    private static List<X509Certificate> known(CaSlots slots) {
        return slots.all().stream().map(Signer::certificate).toList();
    }

    private Signer newTenantCa(TenantId tenant) {
        return maker.issuingCa(root, names.tenantCa(tenant), names.tenantConstraints(tenant), TENANT_CA_LIFE);
    }

    private Signer newPlatformCa() {
        return maker.issuingCa(root, names.platformCa(), names.platformConstraints(), PLATFORM_CA_LIFE);
    }

    private CaSlots slots(TenantId tenant) {
        return tenants.computeIfAbsent(tenant, key -> home.slots().apply("tenants/" + key));
    }

    private boolean endsWithin(Signer signer, Duration rest) {
        return clock.instant()
                .plus(rest)
                .isAfter(signer.certificate().getNotAfter().toInstant());
    }

    private void requireDomain() {
        String host = CaProfile.host(platformCa()).orElse("");
        if (!host.equals(domain.platformHost())) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "fabric domain: '" + domain + "' (expected the domain that " + home.name()
                            + " was made for, whose platform host is '" + host
                            + "'; use that domain, or another data folder)");
        }
    }

    /** A new password beside old keys would hide that the old password was lost. */
    private static void requireNoKeysWithout(Path passwordFile) {
        Path rootFile = passwordFile.resolveSibling("root.p12");
        if (Files.exists(rootFile)) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    rootFile + " exists without " + passwordFile + " (expected both; restore them from one backup)");
        }
    }

    private static Duration shorter(Duration asked, Duration most) {
        return asked.compareTo(most) > 0 ? most : asked;
    }
}
