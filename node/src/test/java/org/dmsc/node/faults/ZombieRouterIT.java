package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.Participant;
import org.dmsc.schemas.avro.AuditKind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A router stands still in the middle of its work for longer than its session and its transaction last, another one goes on with its lanes, and
 * then the first wakes up: what it had half done is not there, and nothing is decided twice. The second has a state folder of its own, so it
 * has the tasks from the changelog alone (case 107).
 */
@Tag("long")
@Timeout(600)
final class ZombieRouterIT {

    private static final String OTHER = "router-2";
    private static final int RATE = Integer.getInteger("dmsc.kill.rate", 10);
    private static final Duration BOUND = Duration.ofMinutes(4);
    /** More than session (6 s) and transaction (3 s). */
    private static final Duration STANDS = Duration.ofSeconds(15);

    /** Kept with all logs when something is wrong. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    @DisplayName("case 103: a router that wakes up is fenced; case 107: another goes on without its state folder")
    void case_103_aRouterThatWakesUpDecidesNothingASecondTime() {
        try (SplitFabric fabric = new SplitFabric(folder).start()) {
            fabric.operator().post("/v1/config/tenants", "{\"tenant\":\"acme\"}");
            Credentials alice = fabric.issue("acme", "alice");
            fabric.startRouter(OTHER);
            Participant caller = fabric.at(SplitFabric.GATEWAYS.get(0), alice);
            try (MortalAgent echo = new MortalAgent(fabric, "echo", "echo", true);
                    Load load = new Load((number, attempt) -> caller, List.of("echo"), Participant::ask)) {
                load.start(RATE);
                accepted(load, 3 * RATE);
                fabric.freeze(SplitFabric.ROUTER);
                long frozen = Clock.systemUTC().millis();
                int then = load.acceptedSoFar();
                ended(fabric, then + RATE, frozen);
                Until.happens(
                        "it stood for long", BOUND, () -> Clock.systemUTC().millis() - frozen > STANDS.toMillis());
                fabric.thaw(SplitFabric.ROUTER);
                accepted(load, 5 * RATE);
                load.finish();
                ended(fabric, load.acceptedSoFar(), 0);
                assertThat(load.refused()).isEmpty();
                KillIT.verifyAudit(
                        AuditLog.read(fabric.kafka(), "acme"), load.accepted().keySet());
            }
        }
    }

    private static void accepted(Load load, int more) {
        int goal = load.acceptedSoFar() + more;
        Until.happens("acceptance", BOUND, () -> load.acceptedSoFar() >= goal);
    }

    private static void ended(SplitFabric fabric, int tasks, long since) {
        Until.happens(
                tasks + " outcomes",
                BOUND,
                () -> AuditLog.read(fabric.kafka(), "acme")
                                .of(AuditKind.OUTCOME)
                                .size()
                        >= tasks);
        long took = Clock.systemUTC().millis() - since;
        System.out.println(tasks + " outcomes" + (since == 0 ? "" : ", " + took + " ms after the router stood still"));
    }
}
