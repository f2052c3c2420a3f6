package org.dmsc.bridge.core.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class OwnershipProofTest {

    private final OwnershipProof proof = new OwnershipProof(Duration.ofSeconds(4), Duration.ofMillis(500));

    @Test
    void nothingIsProvenAtFirst() {
        assertThat(proof.fresh(0)).isFalse();
        assertThat(proof.renewalDue(0)).isTrue();
    }

    @Test
    void aProofHoldsForItsTimeAndNotLonger() {
        qt().forAll(integers().between(0, 10_000)).checkAssert(age -> {
            OwnershipProof one = new OwnershipProof(Duration.ofSeconds(4), Duration.ofMillis(500));
            one.accepted(1_000);

            assertThat(one.fresh(1_000L + age)).isEqualTo(age <= 4_000);
            assertThat(one.renewalDue(1_000L + age)).isEqualTo(age >= 500);
        });
    }

    @Test
    void aClockThatWentBackProvesNothing() {
        proof.accepted(5_000);

        assertThat(proof.fresh(4_999)).isFalse();
        assertThat(proof.renewalDue(4_999)).isTrue();
    }

    @Test
    void anAnswerThatComesLateDoesNotAgeANewerProof() {
        proof.accepted(5_000);
        proof.accepted(2_000);

        assertThat(proof.fresh(8_900)).isTrue();
    }

    @Test
    void aLostMembershipEndsIt() {
        proof.accepted(5_000);
        proof.lost();

        assertThat(proof.fresh(5_001)).isFalse();
    }
}
