package org.dmsc.bridge.mqtt.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a device publishes, the 3.1.1 envelope is read or refused; nothing else leaves the parser, and it is soon done. */
final class HostileEnvelopeTest {

    private static final String GOOD = """
            {"v":1,"type":"request","id":"r-1","ref":"x-1","to":"billing","operation":"SendMessage","timeoutMs":500,
            "parameters":{"A2A-Version":"1.0","traceparent":"t"},"body":{"message":{"messageId":"m"}}}""";
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "2",
            "1e999999999",
            "1.0",
            "1e0",
            "99999999999999999999",
            "\"\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "[]",
            "{}",
            "[[[]]]",
            "{\"a\":{}}",
            "\"#\"",
            "\"+/x\"",
            "\"REQUEST\"",
            "\"" + "x".repeat(200) + "\"");

    @Test
    @Timeout(60)
    void aFewThousandOfFixedSeeds() {
        for (long seed = 1; seed <= 3; seed++) {
            run(seed, 2_000);
        }
    }

    @Test
    @Tag("long")
    void millions() {
        long seed = Long.getLong("dmsc.fuzz.seed", System.nanoTime());
        System.out.println("HostileEnvelopeTest: -Ddmsc.fuzz.seed=" + seed);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("dmsc.fuzz.seconds", 60));
        for (long round = 0; System.nanoTime() < end; round++) {
            run(seed + round, 1_000);
        }
    }

    /** Each member with each odd value: all pass the JSON parser, so each reaches the envelope's own checks. */
    @Test
    @Timeout(60)
    void eachMemberWithEachOddValue() {
        ObjectNode good = A2aJson.parse(GOOD.getBytes(StandardCharsets.UTF_8));
        assertThat(Envelope.read(good).id()).isEqualTo("r-1");
        good.fieldNames()
                .forEachRemaining(member -> VALUES.forEach(value -> {
                    ObjectNode odd = good.deepCopy();
                    odd.set(
                            member,
                            A2aJson.parse(("{\"o\":" + value + "}").getBytes(StandardCharsets.UTF_8))
                                    .get("o"));
                    attempt(member + " = " + value, A2aJson.bytes(odd));
                }));
    }

    private static void run(long seed, int inputs) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < inputs; i++) {
            byte[] bytes = GOOD.getBytes(StandardCharsets.UTF_8);
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes = changed(bytes, random);
            }
            attempt("seed " + seed + ", input " + i, bytes);
        }
    }

    private static void attempt(String what, byte[] bytes) {
        try {
            ObjectNode json = A2aJson.parse(bytes);
            Envelope.idOf(json);
            Envelope envelope = Envelope.read(json);
            envelope.parameter("a2a-version");
        } catch (RefusedException refused) {
            assertThat(refused.sentence()).as(what).isNotBlank().hasSizeLessThan(2_000);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            fail(what + ": " + new String(bytes, StandardCharsets.UTF_8), e);
        }
    }

    private static byte[] changed(byte[] bytes, SplittableRandom random) {
        int at = random.nextInt(bytes.length + 1);
        switch (random.nextInt(5)) {
            case 0:
                return Arrays.copyOf(bytes, at);
            case 1:
                return spliced(
                        bytes, at, VALUES.get(random.nextInt(VALUES.size())).getBytes(StandardCharsets.UTF_8));
            case 2:
                return spliced(bytes, at, "{\"a\":[".repeat(random.nextInt(500)).getBytes(StandardCharsets.UTF_8));
            default:
                byte[] flipped = bytes.clone();
                if (at < flipped.length) {
                    flipped[at] = (byte) random.nextInt();
                }
                return flipped;
        }
    }

    private static byte[] spliced(byte[] bytes, int at, byte[] put) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(put);
        out.write(bytes, at, bytes.length - at);
        return out.toByteArray();
    }
}
