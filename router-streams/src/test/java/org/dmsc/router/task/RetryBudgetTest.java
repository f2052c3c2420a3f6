package org.dmsc.router.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {

    private final RetryBudget budget = new RetryBudget(0.25, 10, 5);

    private int takeAll(String tenant, long now) {
        int taken = 0;
        while (budget.take(tenant, now)) {
            taken++;
        }
        return taken;
    }

    @Test
    void beginsFullAndEachTenantHasItsOwn() {
        assertThat(takeAll("acme", 0)).isEqualTo(5);
        assertThat(takeAll("other", 0)).isEqualTo(5);
    }

    @Test
    void fourTasksBringOneRepetition() {
        takeAll("acme", 0);
        for (int i = 0; i < 8; i++) {
            budget.began("acme", 0);
        }

        assertThat(takeAll("acme", 0)).isEqualTo(2);
    }

    @Test
    void timeBringsTenASecondUpToTheMost() {
        takeAll("acme", 0);

        assertThat(budget.readyAt("acme", 0)).isEqualTo(100);
        assertThat(takeAll("acme", 99)).isZero();
        assertThat(takeAll("acme", 300)).isEqualTo(3);
        assertThat(takeAll("acme", 1_000_000)).isEqualTo(5);
    }

    @Test
    void aClockThatGoesBackBringsNothing() {
        takeAll("acme", 1000);

        assertThat(takeAll("acme", 0)).isZero();
        assertThat(takeAll("acme", 1000)).isZero();
        assertThat(takeAll("acme", 1100)).isEqualTo(1);
    }
}
