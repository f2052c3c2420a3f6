package org.dmsc.bridge.core.a2a;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes bad JSON of good: cut, repeated, nested, retyped, with odd numbers and characters, or plain noise. */
final class HostileJson {

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "1e999999",
            "1e-999999",
            "9999999999999999999999",
            "0.1",
            "\"\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\u202e\"",
            "[]",
            "{}",
            "[[[[]]]]",
            "{\"a\":{\"a\":{}}}",
            "\"null\"",
            "\"TASK_STATE_COMPLETED\"",
            "\"ROLE_USER\"",
            "\"../../x\"",
            "\"https://[\"",
            "\"http://a b\"",
            "\"\\n\\r\"",
            "NaN",
            "01",
            "\"a/b/c\"");

    private final SplittableRandom random;

    HostileJson(SplittableRandom random) {
        this.random = random;
    }

    byte[] of(String good) {
        byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
        for (int change = random.nextInt(4); change >= 0; change--) {
            bytes = changed(bytes);
        }
        return bytes;
    }

    private byte[] changed(byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        switch (random.nextInt(10)) {
            case 0:
                return Arrays.copyOf(bytes, at);
            case 1:
                return spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(20)), new byte[0]);
            case 2:
                return spliced(
                        bytes, at, at, "[".repeat(1 + random.nextInt(3_000)).getBytes(StandardCharsets.US_ASCII));
            case 3:
                return spliced(
                        bytes, at, at, "{\"a\":".repeat(1 + random.nextInt(500)).getBytes(StandardCharsets.US_ASCII));
            case 4:
                return spliced(bytes, at, at, noise(random.nextInt(16)));
            case 5:
                return spliced(
                        bytes, at, at, "9".repeat(1 + random.nextInt(2_000)).getBytes(StandardCharsets.US_ASCII));
            default:
                return retyped(bytes);
        }
    }

    /** Puts an odd value where a member's value begins: what is most likely to pass the JSON parser. */
    private byte[] retyped(byte[] bytes) {
        int colon = -1;
        for (int tries = 0; tries < 50 && colon < 0 && bytes.length > 0; tries++) {
            int at = random.nextInt(bytes.length);
            colon = bytes[at] == ':' ? at : -1;
        }
        if (colon < 0) {
            return bytes;
        }
        byte[] value = VALUES.get(random.nextInt(VALUES.size())).getBytes(StandardCharsets.UTF_8);
        return spliced(bytes, colon + 1, endOfValue(bytes, colon + 1), value);
    }

    /** Where the value that begins there ends, as far as brackets and quotes tell. */
    private static int endOfValue(byte[] bytes, int from) {
        int depth = 0;
        boolean quoted = false;
        for (int i = from; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '"') {
                quoted = !quoted;
            }
            if (!quoted) {
                depth += b == '{' || b == '[' ? 1 : 0;
                if (depth == 0 && (b == ',' || b == '}' || b == ']')) {
                    return i;
                }
                depth -= b == '}' || b == ']' ? 1 : 0;
            }
        }
        return bytes.length;
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte[] put) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.writeBytes(put);
        out.write(bytes, to, bytes.length - to);
        return out.toByteArray();
    }
}
