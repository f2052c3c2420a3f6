package org.dmsc.tenant.pki;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.Pkcs12File;
import org.dmsc.tenant.keys.SecretFile;
import org.dmsc.tenant.pki.CertificateMaker.LeafNames;
import org.dmsc.tenant.pki.CertificateMaker.Signer;

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

    /** A tenant's CA is replaced when it has less than this left and is asked for again. */
    private static final Duration TENANT_CA_RENEWAL = Duration.ofDays(30);

    private static final String PASSWORD_FILE = "pki.password";
    private static final int PASSWORD_BYTES = 32;
    private static final String ALIAS = "ca";

    private final Path dir;
    private final char[] password;
    private final Clock clock;
    private final CertificateMaker maker;
    private final FabricDomain domain;
    private final FabricNames names;
    private final Signer root;
    private final Signer platform;
    private final Map<TenantId, Pkcs12File> tenants = new ConcurrentHashMap<>();

    private FabricPki(Path dir, char[] password, FabricDomain domain, Clock clock, SecureRandom random) {
        this.dir = dir;
        this.password = password.clone();
        this.clock = clock;
        this.maker = new CertificateMaker(clock, random);
        this.domain = domain;
        this.names = new FabricNames(domain);
        this.root = openOrMake(
                new Pkcs12File(dir.resolve("root.p12"), password), () -> maker.root(names.root(), ROOT_LIFE));
        PeerValidator.requireRoot(root.certificate());
        this.platform = openOrMake(
                new Pkcs12File(dir.resolve("platform.p12"), password),
                () -> ca(names.platformCa(), names.platformConstraints(), PLATFORM_CA_LIFE));
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
        return new FabricPki(dir, password, domain, clock, random);
    }

    /** The only trust anchor. */
    public X509Certificate root() {
        return root.certificate();
    }

    /** The issuing CA of nodes and operators. */
    public X509Certificate platformCa() {
        return platform.certificate();
    }

    /**
     * The tenant's issuing CA, made when there is none or when it has less than thirty days left. Whoever gets another certificate than before
     * MUST put it first in the tenant's record and keep the old one there until its leaves have expired.
     */
    public synchronized X509Certificate createTenantCa(TenantId tenant) {
        Pkcs12File file = tenantFile(tenant);
        Optional<Signer> current = signer(file);
        if (current.isPresent() && !endsWithin(current.get(), TENANT_CA_RENEWAL)) {
            return current.get().certificate();
        }
        Signer made = ca(names.tenantCa(tenant), names.tenantConstraints(tenant), TENANT_CA_LIFE);
        save(file, made);
        return made.certificate();
    }

    /** The tenant's issuing CA; empty when none was made. */
    public Optional<X509Certificate> tenantCa(TenantId tenant) {
        return signer(tenantFile(tenant)).map(Signer::certificate);
    }

    /**
     * Makes a key and a certificate for an agent.
     *
     * @throws RefusedException TENANT_UNKNOWN when the tenant has no CA
     */
    public IssuedIdentity issueAgent(AgentRef agent, Duration life) {
        return issue(issuer(agent.tenant()), names.agent(agent), shorter(life, MOST_AGENT_LIFE));
    }

    /**
     * Makes a key and a certificate for a tenant's own Kafka client.
     *
     * @throws RefusedException TENANT_UNKNOWN when the tenant has no CA
     */
    public IssuedIdentity issueKafkaReader(TenantId tenant, String name, Duration life) {
        return issue(issuer(tenant), names.kafkaReader(tenant, name), shorter(life, MOST_READER_LIFE));
    }

    /** Makes a key and a certificate for a node; the names and addresses are those under which it is reached. */
    public IssuedIdentity issueNode(
            String kind, String id, List<String> dnsNames, List<String> ipAddresses, Duration life) {
        LeafNames leaf = names.node(SpiffeId.node(domain, kind, id), dnsNames, ipAddresses);
        return issue(platform, leaf, shorter(life, MOST_NODE_LIFE));
    }

    /** Makes a key and a certificate for an operator. */
    public IssuedIdentity issueOperator(String name, Duration life) {
        return issueNode("operator", name, List.of(), List.of(), life);
    }

    @Override
    public String toString() {
        return "FabricPki[" + domain + ", " + dir + "]";
    }

    private Signer issuer(TenantId tenant) {
        return signer(tenantFile(tenant))
                .orElseThrow(() -> new RefusedException(
                        Refusal.TENANT_UNKNOWN,
                        "tenant " + tenant + " has no issuing CA in " + dir
                                + " (expected the tenant to be created first)"));
    }

    private IssuedIdentity issue(Signer ca, LeafNames leaf, Duration life) {
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
        Signer made = maker.leaf(ca, leaf, life);
        return new IssuedIdentity(made.key(), List.of(made.certificate(), ca.certificate()));
    }

    private Signer ca(X500Name name, NameConstraints constraints, Duration life) {
        return maker.issuingCa(root, name, constraints, life);
    }

    private Pkcs12File tenantFile(TenantId tenant) {
        return tenants.computeIfAbsent(
                tenant, key -> new Pkcs12File(dir.resolve("tenants").resolve(key + ".p12"), password));
    }

    private boolean endsWithin(Signer signer, Duration rest) {
        return clock.instant()
                .plus(rest)
                .isAfter(signer.certificate().getNotAfter().toInstant());
    }

    private void requireDomain() {
        String host = CaProfile.host(platform.certificate()).orElse("");
        if (!host.equals(domain.platformHost())) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "fabric domain: '" + domain + "' (expected the domain that " + dir
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

    private static Signer openOrMake(Pkcs12File file, java.util.function.Supplier<Signer> make) {
        return signer(file).orElseGet(() -> {
            Signer made = make.get();
            save(file, made);
            return made;
        });
    }

    private static Optional<Signer> signer(Pkcs12File file) {
        return file.key(ALIAS)
                .flatMap(key -> file.certificate(ALIAS)
                        .map(certificate -> new Signer((PrivateKey) key, (X509Certificate) certificate)));
    }

    private static void save(Pkcs12File file, Signer signer) {
        file.update((KeyStore store, char[] password) ->
                store.setKeyEntry(ALIAS, signer.key(), password, new X509Certificate[] {signer.certificate()}));
    }

    private static Duration shorter(Duration asked, Duration most) {
        return asked.compareTo(most) > 0 ? most : asked;
    }
}
