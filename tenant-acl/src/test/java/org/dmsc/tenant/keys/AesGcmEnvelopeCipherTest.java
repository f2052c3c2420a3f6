package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;
import static org.quicktheories.generators.SourceDSL.strings;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import javax.crypto.SecretKey;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("case-82")
@Tag("case-83")
@Tag("case-84")
@Tag("case-85")
final class AesGcmEnvelopeCipherTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final byte[] TEXT = "what the agent shall do".getBytes(StandardCharsets.UTF_8);

    private final MemoryVault vault = new MemoryVault().withTenant("acme").withTenant("globex");
    private final HandClock clock = new HandClock();
    private final AesGcmEnvelopeCipher sealer = cipher(vault);
    private final AesGcmEnvelopeCipher reader = cipher(vault);

    @Test
    void anotherProcessOpensWhatOneSealed() {
        SealedPart part = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);

        assertThat(reader.open(part)).isEqualTo(TEXT);
        assertThat(reader.open(part)).as("again, with the cached key").isEqualTo(TEXT);
        assertThat(new String(part.getCiphertext().array(), StandardCharsets.ISO_8859_1))
                .doesNotContain("agent");
        assertThat(part.getCiphertext().remaining()).isEqualTo(TEXT.length + 16);
    }

    @Test
    void opensFromReadOnlyAndSlicedBuffers() {
        SealedPart part = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        ByteBuffer framed = ByteBuffer.allocate(500);
        framed.position(100);
        framed.put(part.getCiphertext().duplicate());
        framed.flip().position(100);
        SealedPart sliced = SealedPart.newBuilder(part)
                .setCiphertext(framed)
                .setWrappedKey(part.getWrappedKey().asReadOnlyBuffer())
                .setNonce(part.getNonce().asReadOnlyBuffer())
                .build();

        assertThat(reader.open(sliced)).isEqualTo(TEXT);
        assertThat(reader.open(SealedPart.newBuilder(part)
                        .setCiphertext(part.getCiphertext().asReadOnlyBuffer())
                        .build()))
                .isEqualTo(TEXT);
        assertThat(framed.position()).as("the record is left as it was").isEqualTo(100);
    }

    @Test
    void everyFieldIsAuthenticated() {
        List<UnaryOperator<SealedPart.Builder>> changes = List.of(
                part -> part.setVersion(0),
                part -> part.setVersion(2),
                part -> part.setTenant("globex"),
                part -> part.setTenant("globex").setKeyId("globex/payload/1"),
                part -> part.setKeyId("acme/routing/1"),
                part -> part.setKeyId("acme/payload/2"),
                part -> part.setKeyId("acme/audit/1"),
                part -> part.setKeyId("../acme/payload/1"),
                part -> part.setChannel("events"),
                part -> part.setMessageId("m2"),
                part -> part.setSender("spiffe://acme.fabric.localhost/agent/b"),
                part -> part.setRecipient("spiffe://acme.fabric.localhost/agent/c"),
                part -> part.setContentType("application/xml"),
                part -> part.setSchemaId(8),
                part -> part.setTime(1),
                part -> part.setChannel("tasksm").setMessageId("1"),
                part -> part.setNonce(ByteBuffer.allocate(12)),
                part -> part.setNonce(ByteBuffer.allocate(0)),
                part -> part.setNonce(ByteBuffer.allocate(16)),
                part -> part.setWrappedKey(ByteBuffer.allocate(0)),
                part -> part.setWrappedKey(ByteBuffer.allocate(93)),
                part -> part.setCiphertext(ByteBuffer.allocate(0)),
                part -> part.setCiphertext(ByteBuffer.allocate(15)),
                part -> part.setCiphertext(ByteBuffer.allocate(16)));
        SealedPart part = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        reader.open(part);

        for (UnaryOperator<SealedPart.Builder> change : changes) {
            SealedPart changed = change.apply(SealedPart.newBuilder(part)).build();
            assertRefused(Refusal.UNREADABLE, () -> reader.open(changed));
        }
    }

    @Test
    void noByteOfCiphertextNonceOrWrappedKeyCanBeChangedOrCut() {
        SealedPart part = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);

        for (int i = 0; i < part.getCiphertext().remaining(); i++) {
            refuses(SealedPart.newBuilder(part).setCiphertext(flipped(part.getCiphertext(), i)));
            refuses(SealedPart.newBuilder(part).setCiphertext(cut(part.getCiphertext(), i)));
        }
        for (int i = 0; i < part.getNonce().remaining(); i++) {
            refuses(SealedPart.newBuilder(part).setNonce(flipped(part.getNonce(), i)));
        }
        for (int i = 0; i < part.getWrappedKey().remaining(); i++) {
            refuses(SealedPart.newBuilder(part).setWrappedKey(flipped(part.getWrappedKey(), i)));
            refuses(SealedPart.newBuilder(part).setWrappedKey(cut(part.getWrappedKey(), i)));
        }
    }

    @Test
    void partsOfTwoMessagesCannotBeMixed() {
        SealedPart one = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        SealedPart two = sealer.seal(KeyClass.PAYLOAD, context("m2"), TEXT);
        SealedPart ofAnotherProcess = cipher(vault).seal(KeyClass.PAYLOAD, context("m1"), TEXT);

        refuses(SealedPart.newBuilder(one).setCiphertext(two.getCiphertext()));
        refuses(SealedPart.newBuilder(one).setCiphertext(two.getCiphertext()).setNonce(two.getNonce()));
        refuses(SealedPart.newBuilder(one).setWrappedKey(ofAnotherProcess.getWrappedKey()));
        refuses(SealedPart.newBuilder(one)
                .setCiphertext(ofAnotherProcess.getCiphertext())
                .setNonce(ofAnotherProcess.getNonce()));
    }

    @Test
    void aRouterOpensNoPayload() {
        AesGcmEnvelopeCipher router = cipher(vault.sharedWith(Set.of(KeyClass.ROUTING)));
        SealedPart routing = sealer.seal(KeyClass.ROUTING, context("m1"), TEXT);
        SealedPart payload = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);

        assertThat(router.open(routing)).isEqualTo(TEXT);
        assertRefused(Refusal.UNREADABLE, () -> router.open(payload));
        assertRefused(Refusal.UNAVAILABLE, () -> router.seal(KeyClass.PAYLOAD, context("m1"), TEXT));
    }

    @Test
    void nothingOpensOnceTheKeysAreDestroyedAndForgotten() {
        SealedPart part = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        reader.open(part);

        vault.destroy(ACME);
        reader.forget(ACME);
        sealer.forget(ACME);

        assertRefused(Refusal.UNREADABLE, () -> reader.open(part));
        assertRefused(Refusal.UNREADABLE, () -> sealer.open(part));
        assertRefused(Refusal.TENANT_INACTIVE, () -> sealer.seal(KeyClass.PAYLOAD, context("m2"), TEXT));
    }

    @Test
    void aKeyThatIsUnwrappedWhileItsTenantIsForgottenIsNotKept() {
        SealedPart part = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        AesGcmEnvelopeCipher[] late = new AesGcmEnvelopeCipher[1];
        VaultDataKeys real = new VaultDataKeys(vault, new SecureRandom());
        late[0] = new AesGcmEnvelopeCipher(
                new SlowDataKeys(real, () -> late[0].forget(ACME)), new SecureRandom(), clock, steady());

        assertRefused(Refusal.UNREADABLE, () -> late[0].open(part));
        assertRefused(Refusal.UNREADABLE, () -> late[0].open(part));
    }

    /** Case 84. */
    @Test
    void aProcessThatWasRestoredFromASnapshotSealsWithNewKeys() {
        AtomicLong nanos = new AtomicLong();
        AesGcmEnvelopeCipher restored = new AesGcmEnvelopeCipher(
                new VaultDataKeys(vault, new SecureRandom()),
                new SecureRandom(),
                clock,
                new Continuity(clock, nanos::get));
        SealedPart before = restored.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        clock.advance(Duration.ofSeconds(6));
        SealedPart after = restored.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        clock.advance(Duration.ofMinutes(1));
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        SealedPart awake = restored.seal(KeyClass.PAYLOAD, context("m1"), TEXT);

        assertThat(after.getWrappedKey()).isNotEqualTo(before.getWrappedKey());
        assertThat(awake.getWrappedKey()).as("time that passed is no leap").isEqualTo(after.getWrappedKey());
        assertThat(reader.open(before)).isEqualTo(TEXT);
    }

    /** Case 87. */
    @Test
    void aKeyThatWasEvictedIsUnwrappedAgain() {
        SealedPart part = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        reader.open(part);
        for (int i = 0; i < 10_001; i++) {
            reader.open(cipher(vault).seal(KeyClass.PAYLOAD, context("m"), TEXT));
        }

        assertThat(reader.open(part)).isEqualTo(TEXT);
    }

    @Test
    void aRotationOnDemandTakesTheNextDataKeyAtOnceAndDropsNoRecord() throws Exception {
        ConcurrentLinkedQueue<SealedPart> sealed = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int thread = 0; thread < 4; thread++) {
            threads.execute(() -> {
                for (int i = 0; i < 2_000; i++) {
                    sealed.add(sealer.seal(KeyClass.PAYLOAD, context("m"), TEXT));
                }
            });
        }
        for (int i = 0; i < 50; i++) {
            sealer.rotate(ACME);
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();

        assertThat(sealed)
                .hasSize(8_000)
                .allSatisfy(part -> assertThat(reader.open(part)).isEqualTo(TEXT));
        String rotated = vault.create(ACME, KeyClass.PAYLOAD);
        sealer.rotate(ACME);
        assertThat(sealer.seal(KeyClass.PAYLOAD, context("m"), TEXT).getKeyId()).isEqualTo(rotated);
    }

    @Test
    void aNewRootKeyIsUsedByTheNextDataKeyAndTheOldOneStillOpens() {
        SealedPart before = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        vault.create(ACME, KeyClass.PAYLOAD);
        clock.advance(Duration.ofHours(1));

        SealedPart after = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);

        assertThat(before.getKeyId()).isEqualTo("acme/payload/1");
        assertThat(after.getKeyId()).isEqualTo("acme/payload/2");
        assertThat(reader.open(before)).isEqualTo(TEXT);
        assertThat(reader.open(after)).isEqualTo(TEXT);
    }

    @Test
    void aDataKeyIsReplacedAfterAnHour() {
        SealedPart first = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        clock.advance(Duration.ofMinutes(59));
        SealedPart same = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);
        clock.advance(Duration.ofMinutes(1));
        SealedPart next = sealer.seal(KeyClass.PAYLOAD, context("m1"), TEXT);

        assertThat(same.getWrappedKey()).isEqualTo(first.getWrappedKey());
        assertThat(next.getWrappedKey()).isNotEqualTo(first.getWrappedKey());
    }

    @Test
    void noNonceComesTwiceUnderOneKeyWhateverRunsAtOnceOrStartsAnew() throws Exception {
        ConcurrentLinkedQueue<List<ByteBuffer>> seen = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int process = 0; process < 4; process++) {
            AesGcmEnvelopeCipher fresh = cipher(vault);
            for (int thread = 0; thread < 4; thread++) {
                threads.execute(() -> {
                    for (int i = 0; i < 2_000; i++) {
                        SealedPart part = fresh.seal(KeyClass.ROUTING, context("m"), TEXT);
                        seen.add(List.of(part.getWrappedKey(), part.getNonce()));
                    }
                });
            }
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();

        assertThat(seen).hasSize(4 * 4 * 2_000);
        assertThat(new HashSet<>(seen)).hasSize(seen.size());
        assertThat(seen.stream().map(pair -> pair.get(0)).distinct()).hasSize(4);
    }

    @Test
    void everyPlaintextAndContextComesBack() {
        qt().withExamples(300)
                .forAll(
                        strings().allPossible().ofLengthBetween(0, 300),
                        strings().allPossible().ofLengthBetween(0, 600),
                        integers().all(),
                        longs().all())
                .checkAssert((text, name, schema, time) -> {
                    byte[] plaintext = text.getBytes(StandardCharsets.UTF_8);
                    SealContext context = new SealContext(ACME, name, text, name, "", name, schema, time);

                    assertThat(reader.open(sealer.seal(KeyClass.PAYLOAD, context, plaintext)))
                            .isEqualTo(plaintext);
                });
    }

    private void refuses(SealedPart.Builder part) {
        SealedPart built = part.build();
        assertRefused(Refusal.UNREADABLE, () -> reader.open(built));
    }

    private AesGcmEnvelopeCipher cipher(KeyVault with) {
        return new AesGcmEnvelopeCipher(
                new VaultDataKeys(with, new SecureRandom()), new SecureRandom(), clock, steady());
    }

    /** For a clock that is advanced by hand. */
    private Continuity steady() {
        return new Continuity(clock, () -> clock.millis() * 1_000_000L);
    }

    /** Something happens while a key is being unwrapped. */
    private record SlowDataKeys(DataKeys real, Runnable meanwhile) implements DataKeys {

        @Override
        public Fresh generate(TenantId tenant, KeyClass keyClass) {
            return real.generate(tenant, keyClass);
        }

        @Override
        public SecretKey unwrap(String tenant, String keyId, ByteBuffer wrapped) {
            SecretKey key = real.unwrap(tenant, keyId, wrapped);
            meanwhile.run();
            return key;
        }

        @Override
        public void forget(TenantId tenant) {
            real.forget(tenant);
        }
    }

    private static SealContext context(String messageId) {
        return new SealContext(
                ACME, "tasks", messageId, "spiffe://acme.fabric.localhost/agent/a", "", "application/json", 7, 42);
    }

    private static ByteBuffer flipped(ByteBuffer bytes, int at) {
        byte[] copy = Arrays.copyOf(bytes.array(), bytes.remaining());
        copy[at] ^= 1;
        return ByteBuffer.wrap(copy);
    }

    private static ByteBuffer cut(ByteBuffer bytes, int length) {
        return ByteBuffer.wrap(Arrays.copyOf(bytes.array(), length));
    }
}
