package org.dmsc.node.fabric;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.dmsc.node.config.FabricConfig;
import org.dmsc.node.config.VaultConfig;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.FolderLock;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.fence.StockClient;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.AuditHmac;
import org.dmsc.tenant.keys.DataKeys;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.KeyVault;
import org.dmsc.tenant.keys.PatientDataKeys;
import org.dmsc.tenant.keys.Pkcs11KeyVault;
import org.dmsc.tenant.keys.Pkcs11Token;
import org.dmsc.tenant.keys.Pkcs12KeyVault;
import org.dmsc.tenant.keys.SecretFile;
import org.dmsc.tenant.keys.VaultAuditHmac;
import org.dmsc.tenant.keys.VaultDataKeys;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.Pem;
import org.dmsc.tenant.token.TokenKeys;

/**
 * The keys folder of a fabric, which its processes share:
 *
 * <pre>
 *   secrets/vault.password   made at first use, 32 random bytes
 *   pki/                     root, platform CA, one CA per tenant
 *   vault/                   routing.p12, payload.p12
 *   tokens/                  token keys, one per tenant
 *   audit/                   signing.keys of the audit log, signing.pub, heads.json: what was signed last
 *   operator/                certificate and key of the operator, as PEM and for Kafka clients; renewed
 * </pre>
 */
final class Keyring implements NodeKeys {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(90);
    private static final int PASSWORD_BYTES = 32;
    private static final String OPERATOR = "operator";
    private static final String KAFKA = "kafka.properties";
    private static final String CERTIFICATE = "agent.cert.pem";

    private final Path folder;
    private final FabricConfig config;
    private final char[] password;
    private final FabricPki pki;
    private final TokenKeys tokens;

    private final Clock clock;
    private final SecureRandom random;

    private Keyring(FabricConfig config, char[] password, FabricPki pki, Clock clock, SecureRandom random) {
        this.folder = config.keys();
        this.config = config;
        this.password = password;
        this.pki = pki;
        this.tokens = TokenKeys.open(folder.resolve("tokens"), password);
        this.clock = clock;
        this.random = random;
    }

    /** Opens the folder; the first process of a fabric makes what is in it, the others wait for it. */
    static Keyring open(FabricConfig config, Clock clock, SecureRandom random) {
        Path folder = config.keys();
        if (isComplete(folder, clock)) {
            return read(config, clock, random);
        }
        FolderLock alone = FolderLock.await(folder, "keys folder", LONGEST_WAIT);
        try {
            Keyring keyring = read(config, clock, random);
            if (!isComplete(folder, clock)) {
                keyring.writeOperator();
            }
            return keyring;
        } finally {
            alone.close();
        }
    }

    /** Once it is, nothing is written at start, and nobody needs to wait for anybody. */
    private static boolean isComplete(Path folder, Clock clock) {
        return SecretFile.read(folder.resolve(OPERATOR).resolve(CERTIFICATE))
                .filter(pem -> Files.exists(folder.resolve(OPERATOR).resolve(KAFKA)))
                .map(pem -> Pem.certificates(new String(pem, StandardCharsets.US_ASCII))
                        .get(0))
                .filter(certificate -> !RenewedIdentity.isPastHalf(certificate, clock.instant()))
                .isPresent();
    }

    private static Keyring read(FabricConfig config, Clock clock, SecureRandom random) {
        Path folder = config.keys();
        char[] password = password(folder.resolve("secrets").resolve("vault.password"), random);
        FabricDomain domain = new FabricDomain(config.domain());
        FabricPki pki = config.authorities().kind() == VaultConfig.Kind.PKCS12
                ? FabricPki.openOrCreate(folder.resolve("pki"), password, domain, clock, random)
                : FabricPki.openOrCreate(token(config), domain, clock, random);
        return new Keyring(config, password, pki, clock, random);
    }

    /** Makes the operator's certificate anew when half of its life is over. */
    void renewOperator(Clock clock) {
        if (isComplete(folder, clock)) {
            return;
        }
        FolderLock alone = FolderLock.await(folder, "keys folder", LONGEST_WAIT);
        try {
            if (!isComplete(folder, clock)) {
                writeOperator();
            }
        } finally {
            alone.close();
        }
    }

    private static char[] password(Path file, SecureRandom random) {
        if (SecretFile.read(file).isEmpty()) {
            byte[] bytes = new byte[PASSWORD_BYTES];
            random.nextBytes(bytes);
            SecretFile.write(file, Base64.getUrlEncoder().withoutPadding().encode(bytes));
        }
        byte[] text = SecretFile.read(file).orElseThrow();
        return new String(text, StandardCharsets.US_ASCII).strip().toCharArray();
    }

    private void writeOperator() {
        IssuedIdentity operator = pki.issueOperator("local", config.limits().certificateLife());
        put("agent.key.pem", operator.keyPem());
        put("ca.pem", rootPem());
        put(KAFKA, StockClient.properties(operator, pki.root()));
        // Last: it says that the others are there.
        put(CERTIFICATE, operator.certificatePem());
    }

    private void put(String file, String text) {
        SecretFile.write(operatorFolder().resolve(file), text.getBytes(StandardCharsets.US_ASCII));
    }

    Path operatorFolder() {
        return folder.resolve(OPERATOR);
    }

    @Override
    public Path auditFolder() {
        return folder.resolve("audit");
    }

    @Override
    public Optional<Keyring> keyring() {
        return Optional.of(this);
    }

    @Override
    public X509Certificate root() {
        return pki.root();
    }

    @Override
    public List<X509Certificate> platformCas() {
        return pki.platformCas();
    }

    @Override
    public Supplier<IssuedIdentity> identity(String kind) {
        return new RenewedIdentity(() -> node(kind), clock, random::nextDouble);
    }

    FabricPki pki() {
        return pki;
    }

    TokenKeys tokens() {
        return tokens;
    }

    /** A vault with these classes only: a part that must not read payloads is given one without their keys. */
    KeyVault vault(Set<KeyClass> classes) {
        VaultConfig vault = config.vault();
        if (vault.kind() == VaultConfig.Kind.PKCS12) {
            return Pkcs12KeyVault.open(folder.resolve("vault"), password, classes);
        }
        return Pkcs11KeyVault.open(vault.library().orElseThrow(), vault.slot(), pin("vault", vault, folder), classes);
    }

    private static Pkcs11Token token(FabricConfig config) {
        VaultConfig authorities = config.authorities();
        return Pkcs11Token.open(
                authorities.library().orElseThrow(),
                authorities.slot(),
                pin("authorities", authorities, config.keys()));
    }

    private static char[] pin(String key, VaultConfig token, Path folder) {
        Path file = token.pinFile().orElseGet(() -> folder.resolve("secrets").resolve("pkcs11.pin"));
        byte[] pin = SecretFile.read(file)
                .orElseThrow(() -> new NodeException(
                        ExitCode.USAGE,
                        key + ".pin-file: " + file + " is not there (expected a file with the token's user PIN)"));
        return new String(pin, StandardCharsets.US_ASCII).strip().toCharArray();
    }

    /** The reader makes no difference here: what a vault does not have now it will not have in a moment. */
    @Override
    public AesGcmEnvelopeCipher cipher(Set<KeyClass> classes, Reader reader) {
        return new AesGcmEnvelopeCipher(dataKeys(vault(classes)), random, clock);
    }

    @Override
    public AuditHmac auditHmac() {
        return new VaultAuditHmac(vault(Set.of(KeyClass.values())));
    }

    /** Data keys of a vault; a token may fail, and is then asked with care. */
    DataKeys dataKeys(KeyVault vault) {
        DataKeys keys = new VaultDataKeys(vault, random);
        boolean mayFail = config.vault().kind() == VaultConfig.Kind.PKCS11;
        return mayFail ? new PatientDataKeys(keys, clock) : keys;
    }

    /** An identity of this process, for the names under which it is reached on this machine and by agents. */
    private IssuedIdentity node(String kind) {
        Set<String> names = new LinkedHashSet<>(List.of("localhost", config.domain(), "*." + config.domain()));
        Set<String> addresses = new LinkedHashSet<>(List.of("127.0.0.1", "::1"));
        for (String host : List.of(
                config.http().host(), config.mqtt().host(), config.kafka().host())) {
            if (!host.startsWith("0.0.0.0") && !host.equals("0:0:0:0:0:0:0:0")) {
                addresses.add(host);
            }
        }
        machineName(names);
        return pki.issueNode(
                kind,
                config.node(),
                List.copyOf(names),
                List.copyOf(addresses),
                config.limits().certificateLife());
    }

    private static void machineName(Set<String> names) {
        try {
            names.add(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            // A machine that does not know its own name is not reached by it.
            return;
        }
    }

    private String rootPem() {
        return Pem.of(pki.root());
    }
}
