package org.dmsc.node.demo;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/** Words that exist nowhere else: put into requests, answers and cards, so that a readable trace of one of those can be told. */
final class CanaryWords {

    private static final String CONSONANTS = "bdfgklmnprstvz";
    private static final String VOWELS = "aeiou";
    /** Twelve letters: 48 bits or so, more than chance finds in a few megabytes of noise. */
    private static final int SYLLABLES = 6;

    private final RandomGenerator random;
    private final List<String> words = new CopyOnWriteArrayList<>();

    CanaryWords(RandomGenerator random) {
        this.random = random;
    }

    /** A new one. */
    String next() {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < SYLLABLES; i++) {
            word.append(CONSONANTS.charAt(random.nextInt(CONSONANTS.length())));
            word.append(VOWELS.charAt(random.nextInt(VOWELS.length())));
        }
        words.add(word.toString());
        return word.toString();
    }

    /** All that were given out. */
    List<String> all() {
        return List.copyOf(words);
    }
}
