package org.dmsc.tenant.keys.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.DataKeys;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.KeyVault;
import org.dmsc.tenant.keys.Pkcs12KeyVault;
import org.dmsc.tenant.keys.SealContext;
import org.dmsc.tenant.keys.VaultAuditHmac;
import org.dmsc.tenant.keys.VaultDataKeys;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.revocation.Revocation;
import org.dmsc.tenant.revocation.RevocationKey;
import org.dmsc.tenant.revocation.RevocationList;
import org.dmsc.tenant.testing.FixedTenants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A keys node and the processes that ask it, over TLS with certificates of one fabric. */
final class RemoteKeysTest {

    private static final FabricDomain DOMAIN = FabricDomain.DEFAULT;
    private static final TenantId ACME = new TenantId("acme");
    private static final byte[] TEXT = "secret".getBytes(StandardCharsets.UTF_8);
    private static final SealContext CONTEXT = new SealContext(ACME, "tasks", "m", "s", "", "t", 0, 1);

    @TempDir
    Path folder;

    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();
    private final FixedTenants tenants = new FixedTenants();
    private final RevocationList revoked = RevocationList.empty();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final List<KeyListener> listening = new ArrayList<>();
    private FabricPki pki;
    private KeyVault vault;
    private KeyListener listener;

    @BeforeEach
    void start() {
        pki = FabricPki.openOrCreate(folder.resolve("pki"), DOMAIN, clock, random);
        pki.createTenantCa(ACME);
        vault = Pkcs12KeyVault.open(folder.resolve("vault"), "password".toCharArray(), Set.of(KeyClass.values()));
        vault.create(ACME, KeyClass.ROUTING);
        vault.create(ACME, KeyClass.PAYLOAD);
        tenants.put(FixedTenants.active("acme").build());
        listener = listen(0, "keys");
    }

    @AfterEach
    void stop() {
        listening.forEach(KeyListener::close);
    }

    @Test
    void aGatewaySealsAndOpensWithoutRootKeys() {
        AesGcmEnvelopeCipher there = cipher(new VaultDataKeys(vault, random));
        AesGcmEnvelopeCipher gateway = cipher(asking("gateway"));

        for (KeyClass keyClass : KeyClass.values()) {
            assertThat(there.open(gateway.seal(keyClass, CONTEXT, TEXT))).isEqualTo(TEXT);
            assertThat(gateway.open(there.seal(keyClass, CONTEXT, TEXT))).isEqualTo(TEXT);
        }
        String hmac = new VaultAuditHmac(vault).of(ACME, TEXT);
        assertThat(asking("gateway").auditHmac().of(ACME, TEXT)).isEqualTo(hmac);
        assertThat(refusals).isEmpty();
    }

    @Test
    void saysWithoutAskingWhetherItHasToAsk() {
        RemoteDataKeys keys = asking("gateway");
        AesGcmEnvelopeCipher gateway = cipher(keys);
        assertThat(gateway.atHand(ACME, KeyClass.PAYLOAD)).isFalse();
        assertThat(keys.auditHmac().atHand(ACME)).isFalse();

        gateway.fetch(ACME, KeyClass.PAYLOAD);
        keys.auditHmac().fetch(ACME);
        listener.close();

        assertThat(gateway.atHand(ACME, KeyClass.PAYLOAD)).isTrue();
        assertThat(gateway.atHand(ACME, KeyClass.ROUTING)).isFalse();
        assertThat(keys.auditHmac().atHand(ACME)).isTrue();
        assertThat(gateway.open(gateway.seal(KeyClass.PAYLOAD, CONTEXT, TEXT))).isEqualTo(TEXT);
    }

    @Test
    void whatIsCachedSurvivesTheKeysNode() {
        AesGcmEnvelopeCipher there = cipher(new VaultDataKeys(vault, random));
        RemoteDataKeys keys = asking("gateway");
        AesGcmEnvelopeCipher gateway = cipher(keys);
        SealedPart seen = there.seal(KeyClass.PAYLOAD, CONTEXT, TEXT);
        gateway.open(seen);
        gateway.seal(KeyClass.ROUTING, CONTEXT, TEXT);
        String hmac = keys.auditHmac().of(ACME, TEXT);

        listener.close();

        assertThat(gateway.open(seen)).isEqualTo(TEXT);
        assertThat(gateway.open(gateway.seal(KeyClass.ROUTING, CONTEXT, TEXT))).isEqualTo(TEXT);
        assertThat(keys.auditHmac().of(ACME, TEXT)).isEqualTo(hmac);
        assertRefused(Refusal.UNAVAILABLE, () -> gateway.seal(KeyClass.PAYLOAD, CONTEXT, TEXT));
        gateway.forget(ACME);
        assertRefused(Refusal.UNREADABLE, () -> gateway.open(seen));
        assertRefused(Refusal.UNAVAILABLE, () -> keys.auditHmac().of(ACME, TEXT));
    }

    @Test
    @DisplayName("case 89: a router is never given a payload key, and its question is noted")
    void routersGetRoutingKeysOnly() {
        AesGcmEnvelopeCipher there = cipher(new VaultDataKeys(vault, random));
        for (String kind : List.of("router", "registry")) {
            refusals.clear();
            RemoteDataKeys keys = asking(kind);
            AesGcmEnvelopeCipher cipher = cipher(keys);

            assertThat(cipher.open(there.seal(KeyClass.ROUTING, CONTEXT, TEXT))).isEqualTo(TEXT);
            SealedPart payload = there.seal(KeyClass.PAYLOAD, CONTEXT, TEXT);
            assertRefused(Refusal.NOT_PERMITTED, () -> cipher.open(payload));
            assertRefused(Refusal.NOT_PERMITTED, () -> cipher.seal(KeyClass.PAYLOAD, CONTEXT, TEXT));
            assertRefused(Refusal.NOT_PERMITTED, () -> keys.auditHmac().of(ACME, TEXT));
            // A payload key under a routing key's name does not unwrap: the name is authenticated.
            assertRefused(Refusal.UNREADABLE, () -> keys.unwrap("acme", "acme/routing/1", payload.getWrappedKey()));

            String actor = "spiffe://platform.fabric.localhost/" + kind + "/n";
            assertThat(refusals)
                    .filteredOn(line -> line.equals(actor + " NOT_PERMITTED POST /v1/keys"))
                    .hasSize(3);
        }
    }

    @Test
    void othersOfTheFabricGetNothing() {
        for (String kind : List.of("broker", "audit", "admin", "witness", "node", "keys")) {
            assertRefused(Refusal.NOT_PERMITTED, () -> asking(kind).generate(ACME, KeyClass.ROUTING));
        }
        IssuedIdentity agent = pki.issueAgent(AgentRef.of("acme", "eve"), Duration.ofHours(1));
        assertRefused(Refusal.NOT_PERMITTED, () -> asking(() -> agent).generate(ACME, KeyClass.PAYLOAD));
    }

    @Test
    void strangersAreStoppedByTls() {
        FabricPki other = FabricPki.openOrCreate(folder.resolve("other"), DOMAIN, clock, random);
        IssuedIdentity stranger = other.issueNode("gateway", "n", List.of(), List.of(), Duration.ofHours(1));

        assertRefused(Refusal.UNAVAILABLE, () -> asking(() -> stranger).generate(ACME, KeyClass.ROUTING));
    }

    @Test
    void aRevokedProcessIsRefusedOnItsOpenConnection() {
        RemoteDataKeys keys = asking("gateway");
        keys.generate(ACME, KeyClass.ROUTING);

        revoked.apply(new Revocation(
                RevocationKey.identity(SpiffeId.node(DOMAIN, "gateway", "n")),
                Instant.now(clock).plusSeconds(5),
                "r",
                "stolen",
                "operator",
                Instant.now(clock),
                1));

        assertRefused(Refusal.REVOKED, () -> keys.generate(ACME, KeyClass.ROUTING));
    }

    @Test
    void nobodyElseIsTakenForTheKeysNode() {
        KeyListener impostor = listen(0, "gateway");
        RemoteDataKeys asking = new RemoteDataKeys(at(impostor), identity("gateway"), pki.root(), DOMAIN);

        assertRefused(Refusal.UNAVAILABLE, () -> asking.generate(ACME, KeyClass.ROUTING));
    }

    @Test
    void aTenantThatLeftHasNoKeysForAnybody() {
        SealedPart sealed = cipher(new VaultDataKeys(vault, random)).seal(KeyClass.PAYLOAD, CONTEXT, TEXT);
        tenants.put(FixedTenants.active("acme").setState(TenantState.OFFBOARDED).build());

        assertRefused(Refusal.UNREADABLE, () -> cipher(asking("gateway")).open(sealed));
        assertRefused(Refusal.UNAVAILABLE, () -> asking("gateway").generate(new TenantId("nobody"), KeyClass.ROUTING));
    }

    @Test
    void aThreadThatFollowsATopicWaitsForTheKeysNode() throws Exception {
        SealedPart sealed = cipher(new VaultDataKeys(vault, random)).seal(KeyClass.ROUTING, CONTEXT, TEXT);
        RemoteDataKeys keys = asking("router");
        int port = listener.port();
        listener.close();
        AesGcmEnvelopeCipher patient = cipher(new AwaitedDataKeys(keys, Duration.ofMinutes(1)));
        CompletableFuture<byte[]> opened = CompletableFuture.supplyAsync(() -> patient.open(sealed));
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> cipher(new AwaitedDataKeys(keys, Duration.ZERO)).open(sealed))
                .isInstanceOf(org.apache.kafka.common.errors.TimeoutException.class);

        listen(port, "keys");

        assertThat(opened.get(30, TimeUnit.SECONDS)).isEqualTo(TEXT);
    }

    @Test
    void refusesQuestionsThatAreNone() {
        assertRefused(Refusal.INVALID_REQUEST, () -> KeyMessages.read("[]".getBytes(StandardCharsets.UTF_8)));
        assertRefused(Refusal.INVALID_REQUEST, () -> KeyMessages.read(new byte[KeyMessages.MOST_BYTES + 1]));
        assertRefused(
                Refusal.INVALID_REQUEST,
                () -> KeyMessages.read("{\"a\":{\"b\":{\"c\":1}}}".getBytes(StandardCharsets.UTF_8)));
        assertRefused(
                Refusal.INVALID_REQUEST,
                () -> KeyMessages.text(KeyMessages.object().put("tenant", 1), "tenant"));
    }

    private KeyListener listen(int port, String kind) {
        PeerValidator peers = new PeerValidator(pki::root, this::authorities, DOMAIN, clock, revoked);
        KeyListener made = new KeyListener(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                new KeyDesk(DOMAIN, tenants::find, new VaultDataKeys(vault, random), new VaultAuditHmac(vault)),
                identity(kind),
                peers,
                (actor, refused, object) -> refusals.add(actor + " " + refused.refusal() + " " + object));
        made.start();
        listening.add(made);
        return made;
    }

    private List<X509Certificate> authorities() {
        return List.of(pki.platformCa(), pki.tenantCa(ACME).orElseThrow());
    }

    private RemoteDataKeys asking(String kind) {
        return asking(identity(kind));
    }

    private RemoteDataKeys asking(Supplier<IssuedIdentity> identity) {
        return new RemoteDataKeys(at(listener), identity, pki.root(), DOMAIN);
    }

    private static URI at(KeyListener where) {
        return URI.create("https://localhost:" + where.port());
    }

    private Supplier<IssuedIdentity> identity(String kind) {
        IssuedIdentity issued = pki.issueNode(kind, "n", List.of("localhost"), List.of(), Duration.ofHours(1));
        return () -> issued;
    }

    private AesGcmEnvelopeCipher cipher(DataKeys keys) {
        return new AesGcmEnvelopeCipher(keys, random, clock);
    }
}
