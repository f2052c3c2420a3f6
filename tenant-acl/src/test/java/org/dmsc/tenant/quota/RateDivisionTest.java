package org.dmsc.tenant.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.doubles;
import static org.quicktheories.generators.SourceDSL.lists;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RateDivisionTest {

    @Test
    void oneGatewayHasItAll() {
        assertThat(RateDivision.divide(20, Map.of("a", 2_000.0)).get("a")).isCloseTo(20, within(1e-9));
        assertThat(RateDivision.divide(20, Map.of("a", 0.0)).get("a")).isCloseTo(20, within(1e-9));
    }

    @Test
    void unequalDemandIsFollowed() {
        Map<String, Double> shares = RateDivision.divide(50, Map.of("a", 45.0, "b", 5.0));

        assertThat(shares.get("a")).isCloseTo(45, within(1e-9));
        assertThat(shares.get("b")).isCloseTo(12.5, within(1e-9));
    }

    @Test
    void aFloodAtOneGatewayLeavesTheOtherItsDemand() {
        Map<String, Double> shares = RateDivision.divide(50, Map.of("flooded", 100_000.0, "quiet", 20.0));

        assertThat(shares.get("quiet")).isGreaterThanOrEqualTo(20);
        assertThat(shares.get("flooded")).isCloseTo(30, within(1e-9));
    }

    @Test
    void neverTakesMoreThanTheRateNorLeavesAnyoneBelowTheFloor() {
        qt().forAll(demands()).checkAssert(demands -> {
            Map<String, Double> asked = asked(demands);
            Map<String, Double> shares = RateDivision.divide(100, asked);
            double taken = shares.entrySet().stream()
                    .mapToDouble(one -> Math.min(one.getValue(), asked.get(one.getKey())))
                    .sum();
            double all =
                    shares.values().stream().mapToDouble(Double::doubleValue).sum();

            assertThat(taken).isLessThanOrEqualTo(100 + 1e-6);
            assertThat(all).isLessThanOrEqualTo(150 + 1e-6);
            assertThat(shares.values()).allMatch(share -> share >= 100.0 / (2 * demands.size()) - 1e-9);
        });
    }

    @Test
    void wastesNothingThatIsWanted() {
        qt().forAll(demands()).checkAssert(demands -> {
            Map<String, Double> asked = asked(demands);
            double wanted = demands.stream().mapToDouble(Double::doubleValue).sum();
            double taken = RateDivision.divide(100, asked).entrySet().stream()
                    .mapToDouble(one -> Math.min(one.getValue(), asked.get(one.getKey())))
                    .sum();

            assertThat(taken).isCloseTo(Math.min(100, wanted), within(1e-6));
        });
    }

    private static org.quicktheories.core.Gen<List<Double>> demands() {
        return lists().of(doubles().between(0, 500)).ofSizeBetween(1, 8);
    }

    private static Map<String, Double> asked(List<Double> demands) {
        Map<String, Double> asked = new HashMap<>();
        for (int i = 0; i < demands.size(); i++) {
            asked.put("g" + i, demands.get(i));
        }
        return asked;
    }
}
