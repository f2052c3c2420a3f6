package org.dmsc.tenant.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.enrol.OneTimeTokens.Made;
import org.dmsc.tenant.enrol.OneTimeTokens.Wish;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Case 18 of security.md, over a real broker. */
final class EnrolmentRaceTest {

    @TempDir
    static Path dir;

    private static TestFabric fabric;

    @BeforeAll
    static void start() throws Exception {
        fabric = new TestFabric(dir);
    }

    @AfterAll
    static void stop() {
        fabric.close();
    }

    @Test
    @DisplayName("case 18: one token at two gateways at once, 40 races -> exactly one certificate each")
    void exactlyOneGatewayWins() throws Exception {
        assertThat(wins(40)).containsOnly(1).hasSize(40);
    }

    @Test
    @Tag("long")
    @DisplayName("case 18: 1,000 races")
    void exactlyOneGatewayWinsAThousandTimes() throws Exception {
        assertThat(wins(1000)).containsOnly(1).hasSize(1000);
    }

    /** How many gateways may sign, for each token. */
    private static List<Integer> wins(int races) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (KafkaEnrolmentLog first = log();
                KafkaEnrolmentLog second = log()) {
            OneTimeTokens inviting = tokens(first);
            List<Made> invited = java.util.stream.IntStream.range(0, races)
                    .mapToObj(i -> inviting.invite(wish("racer-" + i), operator()))
                    .toList();
            CyclicBarrier together = new CyclicBarrier(2);
            Future<List<Integer>> one = threads.submit(() -> claims(tokens(first), invited, together));
            Future<List<Integer>> other = threads.submit(() -> claims(tokens(second), invited, together));
            List<Integer> mine = one.get(5, TimeUnit.MINUTES);
            List<Integer> theirs = other.get(5, TimeUnit.MINUTES);
            return java.util.stream.IntStream.range(0, races)
                    .mapToObj(i -> mine.get(i) + theirs.get(i))
                    .toList();
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Integer> claims(OneTimeTokens tokens, List<Made> invited, CyclicBarrier together)
            throws Exception {
        List<Integer> won = new java.util.ArrayList<>();
        for (Made made : invited) {
            together.await(1, TimeUnit.MINUTES);
            try {
                tokens.consume(made.invitation(), "key", "racer");
                won.add(1);
            } catch (RefusedException e) {
                assertThat(e.refusal()).isEqualTo(Refusal.UNAUTHENTICATED);
                won.add(0);
            }
        }
        return won;
    }

    private static Wish wish(String agent) {
        return new Wish(
                SpiffeId.agent(FabricDomain.DEFAULT, AgentRef.of("acme", agent)),
                NodeNames.NONE,
                Duration.ofHours(1),
                OneTimeTokens.USUAL_LIFE);
    }

    private static SpiffeId operator() {
        return SpiffeId.node(FabricDomain.DEFAULT, "operator", "local");
    }

    private static OneTimeTokens tokens(EnrolmentLog log) {
        return new OneTimeTokens(log, Clock.systemUTC(), new SecureRandom());
    }

    private static KafkaEnrolmentLog log() throws InterruptedException {
        KafkaEnrolmentLog log = new KafkaEnrolmentLog(fabric.clients, fabric.codec);
        log.start();
        assertThat(log.awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
        return log;
    }
}
