package org.dmsc.node.demo;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Looks for words in bytes: as text, and in the disguises that are none (UTF-16, Base64 at each of its three offsets, hexadecimal). */
final class Needles {

    /** Bytes as they would stand there, one char for each, and how they came to be. */
    private record Needle(String word, String disguise, String bytes) {}

    private final List<Needle> needles = new ArrayList<>();

    Needles(List<String> words) {
        words.forEach(this::add);
    }

    /** The first word that can be read there, and how. */
    Optional<String> find(byte[] bytes) {
        String haystack = new String(bytes, StandardCharsets.ISO_8859_1);
        return needles.stream()
                .filter(needle -> haystack.contains(needle.bytes))
                .map(needle -> "'" + needle.word + "' as " + needle.disguise)
                .findFirst();
    }

    private void add(String word) {
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        add(word, "text", new String(utf8, StandardCharsets.ISO_8859_1));
        for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            add(word, charset.name(), new String(word.getBytes(charset), StandardCharsets.ISO_8859_1));
        }
        add(word, "hexadecimal", HexFormat.of().formatHex(utf8));
        add(word, "hexadecimal", HexFormat.of().withUpperCase().formatHex(utf8));
        for (int offset = 0; offset < 3; offset++) {
            add(word, "Base64", base64(utf8, offset));
        }
    }

    private void add(String word, String disguise, String bytes) {
        needles.add(new Needle(word, disguise, bytes));
    }

    /** The characters that are the same whatever stands before and behind. Letters have no 62 and 63, so both alphabets are the same here. */
    private static String base64(byte[] word, int offset) {
        byte[] shifted = new byte[offset + word.length];
        System.arraycopy(word, 0, shifted, offset, word.length);
        String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
        int firstWhole = (offset * 8 + 5) / 6;
        int wholeEnd = shifted.length * 8 / 6;
        return encoded.substring(firstWhole, wholeEnd);
    }
}
