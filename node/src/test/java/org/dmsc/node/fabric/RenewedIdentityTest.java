package org.dmsc.node.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RenewedIdentityTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private Instant now = START;

    @Test
    void isKeptForHalfItsLifeAndThenMadeAnew() {
        Clock clock = new Hand();
        FabricPki pki = FabricPki.openOrCreate(folder, new FabricDomain("fabric.localhost"), clock, new SecureRandom());
        RenewedIdentity identity = new RenewedIdentity(
                () -> pki.issueNode("gateway", "g", List.of(), List.of(), Duration.ofHours(2)), clock, () -> 0.5);

        IssuedIdentity first = identity.get();
        now = START.plus(Duration.ofMinutes(50));
        IssuedIdentity beforeHalf = identity.get();
        now = START.plus(Duration.ofMinutes(70));
        IssuedIdentity afterHalf = identity.get();

        assertThat(beforeHalf).isSameAs(first);
        assertThat(afterHalf.leaf().getSerialNumber()).isNotEqualTo(first.leaf().getSerialNumber());
        assertThat(identity.get()).isSameAs(afterHalf);
    }

    @Test
    void isKeptAsLongAsItLastsWhenNothingCanBeIssued() {
        Clock clock = new Hand();
        FabricPki pki = FabricPki.openOrCreate(folder, new FabricDomain("fabric.localhost"), clock, new SecureRandom());
        boolean[] broken = {false};
        RenewedIdentity identity = new RenewedIdentity(
                () -> {
                    if (broken[0]) {
                        throw new IllegalStateException("key file gone");
                    }
                    return pki.issueNode("gateway", "g", List.of(), List.of(), Duration.ofHours(2));
                },
                clock,
                () -> 1.0);
        IssuedIdentity first = identity.get();
        broken[0] = true;

        now = START.plus(Duration.ofMinutes(100));
        assertThat(identity.get()).isSameAs(first);
        broken[0] = false;
        now = now.plusSeconds(11);

        assertThat(identity.get()).isNotSameAs(first);
    }

    /** A clock that is moved by hand. */
    private final class Hand extends Clock {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
