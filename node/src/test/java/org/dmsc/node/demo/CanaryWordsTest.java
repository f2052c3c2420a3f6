package org.dmsc.node.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CanaryWordsTest {

    @Test
    void givesNewWordsAndRemembersThem() {
        CanaryWords words = new CanaryWords(new Random(1));

        for (int i = 0; i < 100; i++) {
            assertThat(words.next()).matches("[a-z]{12}");
        }

        assertThat(new HashSet<>(words.all())).hasSize(100);
    }
}
