package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sealed parts that somebody else wrote: they open as exactly what was sealed, or are refused as UNREADABLE. */
@Tag("case-82")
final class HostilePartTest {

    private static final List<String> TEXTS = List.of(
            "",
            "acme",
            "globex",
            "acme/",
            "acme/payload/1",
            "acme/routing/1",
            "acme/audit/1",
            "globex/payload/1",
            "acme/payload/" + "9".repeat(50),
            "\u0000",
            "\ud800",
            "../acme",
            "x".repeat(100_000));

    private final MemoryVault vault = new MemoryVault().withTenant("acme").withTenant("globex");
    private final AesGcmEnvelopeCipher cipher = new AesGcmEnvelopeCipher(vault, new SecureRandom(), new HandClock());

    @Test
    @Timeout(60)
    void aFewThousandOfFixedSeeds() {
        for (long seed = 1; seed <= 3; seed++) {
            run(seed, 1_000);
        }
    }

    @Test
    @Tag("long")
    void millions() {
        long seed = Long.getLong("dmsc.fuzz.seed", System.nanoTime());
        System.out.println("HostilePartTest: -Ddmsc.fuzz.seed=" + seed);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("dmsc.fuzz.seconds", 60));
        for (long round = 0; System.nanoTime() < end; round++) {
            run(seed + round, 1_000);
        }
    }

    private void run(long seed, int inputs) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < inputs; i++) {
            byte[] text = ("text " + i).getBytes(StandardCharsets.UTF_8);
            SealedPart good = cipher.seal(random.nextBoolean() ? KeyClass.PAYLOAD : KeyClass.ROUTING, context(i), text);
            SealedPart bad = changed(good, random);
            try {
                byte[] opened = cipher.open(bad);
                assertThat(bad)
                        .as("seed %d, input %d opened although it was changed", seed, i)
                        .isEqualTo(good);
                assertThat(opened).isEqualTo(text);
            } catch (RefusedException refused) {
                assertThat(refused.refusal()).isEqualTo(Refusal.UNREADABLE);
                assertThat(refused.sentence()).hasSizeLessThan(2_000);
            } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
                fail("seed " + seed + ", input " + i + ": " + bad, e);
            }
        }
    }

    private static SealedPart changed(SealedPart good, SplittableRandom random) {
        SealedPart.Builder part = SealedPart.newBuilder(good);
        for (int change = random.nextInt(3); change >= 0; change--) {
            change(part, random);
        }
        return part.build();
    }

    private static void change(SealedPart.Builder part, SplittableRandom random) {
        String text = TEXTS.get(random.nextInt(TEXTS.size()));
        switch (random.nextInt(12)) {
            case 0 -> part.setVersion(random.nextInt(3));
            case 1 -> part.setTenant(text);
            case 2 -> part.setKeyId(text);
            case 3 -> part.setChannel(text);
            case 4 -> part.setMessageId(text);
            case 5 -> part.setSender(text);
            case 6 -> part.setRecipient(text);
            case 7 -> part.setContentType(text);
            case 8 -> part.setSchemaId(random.nextInt());
            case 9 -> part.setWrappedKey(bytes(part.getWrappedKey(), random));
            case 10 -> part.setNonce(bytes(part.getNonce(), random));
            default -> part.setCiphertext(bytes(part.getCiphertext(), random));
        }
    }

    private static ByteBuffer bytes(ByteBuffer good, SplittableRandom random) {
        byte[] bytes = new byte[good.remaining()];
        good.duplicate().get(bytes);
        if (bytes.length == 0 || random.nextInt(3) == 0) {
            bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
        } else if (random.nextBoolean()) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        } else {
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
        }
        return ByteBuffer.wrap(bytes);
    }

    private static SealContext context(int number) {
        return new SealContext(
                new TenantId("acme"),
                "tasks",
                "m" + number,
                "spiffe://acme.fabric.localhost/agent/a",
                "",
                "application/json",
                7,
                42);
    }
}
