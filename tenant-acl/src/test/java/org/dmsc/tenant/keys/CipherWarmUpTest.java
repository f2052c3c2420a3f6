package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CipherWarmUpTest {

    @Test
    void everyTextOfEachLengthComesBackAsItWentIn() {
        assertThat(CipherWarmUp.rounds(CipherWarmUp.ROUNDS)).isEqualTo(CipherWarmUp.ROUNDS);
    }
}
