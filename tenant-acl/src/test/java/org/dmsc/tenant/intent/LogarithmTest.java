package org.dmsc.tenant.intent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogarithmTest {

    @Test
    void isCloseToTheRealOne() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            float number = (float) Math.exp(random.nextDouble() * 40 - 20);
            assertThat((double) Logarithm.of(number)).isCloseTo(Math.log(number), within(3e-4));
        }
    }

    @Test
    void ofOneIsZero() {
        assertThat(Logarithm.of(1)).isZero();
    }
}
