package org.dmsc.node.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NeedlesTest {

    private static final String WORD = "kavodimurate";

    private final Needles needles = new Needles(List.of("somethingelse", WORD));

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
    void findsAWordAmongOtherBytes(String charset) {
        byte[] bytes = concat(
                "\u0000\u00ff before ".getBytes(StandardCharsets.UTF_8),
                WORD.getBytes(Charset.forName(charset)),
                " after");

        assertThat(needles.find(bytes))
                .hasValueSatisfying(found -> assertThat(found).contains(WORD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "xy", "xyz", "Hello, it says "})
    void findsAWordThatIsHiddenInBase64AtAnyOffset(String before) {
        String text = before + WORD + " and more";

        for (Base64.Encoder encoder :
                List.of(Base64.getEncoder(), Base64.getUrlEncoder().withoutPadding())) {
            byte[] bytes = encoder.encode(text.getBytes(StandardCharsets.UTF_8));
            assertThat(needles.find(bytes))
                    .as("%s", new String(bytes, StandardCharsets.US_ASCII))
                    .isPresent();
        }
    }

    @Test
    void findsAWordThatIsHiddenInHexadecimal() {
        String hex = HexFormat.of().formatHex(("xx" + WORD).getBytes(StandardCharsets.UTF_8));

        assertThat(needles.find(hex.getBytes(StandardCharsets.US_ASCII))).isPresent();
        assertThat(needles.find(hex.toUpperCase(java.util.Locale.ROOT).getBytes(StandardCharsets.US_ASCII)))
                .isPresent();
    }

    @Test
    void findsNothingInNoise() {
        byte[] noise = new byte[1 << 20];
        new Random(7).nextBytes(noise);

        assertThat(needles.find(noise)).isEmpty();
        assertThat(needles.find(new byte[0])).isEmpty();
    }

    private static byte[] concat(byte[] before, byte[] word, String after) {
        byte[] tail = after.getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[before.length + word.length + tail.length];
        System.arraycopy(before, 0, all, 0, before.length);
        System.arraycopy(word, 0, all, before.length, word.length);
        System.arraycopy(tail, 0, all, before.length + word.length, tail.length);
        return all;
    }
}
