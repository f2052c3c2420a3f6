package org.dmsc.node.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.NodeProcess;
import org.dmsc.node.testing.Participant;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.admin.FabricShape;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long delegation stands still when its router is killed with {@code kill -9}: until each lane has decided again after the same router was
 * started again, after it was started without its state folder, and when a second router goes on. It prints the times; what it checks is
 * that nothing is lost or decided twice on the way.
 */
@Tag("long")
@Timeout(900)
final class RouterLossIT {

    private static final int TRIALS = Integer.getInteger("dmsc.loss.trials", 5);
    private static final int RATE = Integer.getInteger("dmsc.kill.rate", 10);
    private static final String OTHER = "router-2";
    private static final Duration BOUND = Duration.ofMinutes(4);
    private static final Duration WITHOUT = Duration.ofSeconds(2);
    /** Each reads the whole log, beside a router that starts. The times are those in the log. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    /** Kept with all logs when something is wrong. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    @DisplayName("case 100: delegation goes on after a restart, without the state folder, and by a second router")
    void case_100_goesOnHoweverTheRouterComesBack() {
        NodeProcess.rehearse(folder);
        try (SplitFabric fabric = new SplitFabric(folder).start()) {
            fabric.operator().post("/v1/config/tenants", "{\"tenant\":\"acme\"}");
            Credentials alice = fabric.issue("acme", "alice");
            Participant caller = fabric.at(SplitFabric.GATEWAYS.get(0), alice);
            try (MortalAgent echo = new MortalAgent(fabric, "echo", "echo", true);
                    Load load = new Load((number, attempt) -> caller, List.of("echo"), Participant::ask)) {
                load.start(RATE);
                goesOn(fabric, now());
                print("restart", trials(fabric, () -> restart(fabric, false)));
                print("restart without the state folder", trials(fabric, () -> restart(fabric, true)));
                fabric.startRouter(OTHER);
                List<String> both = new ArrayList<>(List.of(SplitFabric.ROUTER, OTHER));
                List<Long> byTheOther = new ArrayList<>();
                for (int trial = 0; trial < TRIALS; trial++) {
                    String killed = both.get(trial % 2);
                    long since = now();
                    fabric.kill(killed);
                    byTheOther.add(goesOn(fabric, since));
                    fabric.startAgain(killed);
                    goesOn(fabric, now());
                }
                print("a second router, from the kill", byTheOther);
                load.finish();
                Until.happens(
                        "an outcome for each task",
                        BOUND,
                        () -> audit(fabric)
                                .perTask(AuditKind.OUTCOME)
                                .keySet()
                                .containsAll(load.accepted().keySet()));
                KillIT.verifyAudit(audit(fabric), load.accepted().keySet());
            }
        }
    }

    private interface Fault {
        /** Gives the time from which the clock runs. */
        long happens();
    }

    private static List<Long> trials(SplitFabric fabric, Fault fault) {
        List<Long> took = new ArrayList<>();
        for (int trial = 0; trial < TRIALS; trial++) {
            took.add(goesOn(fabric, fault.happens()));
        }
        return took;
    }

    private long restart(SplitFabric fabric, boolean empty) {
        fabric.kill(SplitFabric.ROUTER);
        long killed = now();
        Until.happens("tasks came meanwhile", BOUND, () -> now() - killed > WITHOUT.toMillis());
        if (empty) {
            delete(folder.resolve(SplitFabric.ROUTER).resolve("streams"));
        }
        long started = now();
        fabric.startAgain(SplitFabric.ROUTER);
        return started;
    }

    /** Milliseconds until every lane had decided something after a time. */
    private static long goesOn(SplitFabric fabric, long since) {
        Map<Integer, Long> first = new HashMap<>();
        AtomicLong looked = new AtomicLong(now());
        Until.happens(() -> "a decision of each lane; so far " + first, BOUND, () -> {
            if (now() - looked.get() < BETWEEN_LOOKS.toMillis()) {
                return false;
            }
            looked.set(now());
            audit(fabric).of(AuditKind.DECISION).stream()
                    .map(one -> one.getEvent())
                    .filter(event -> event.getTime() > since)
                    .forEach(event -> first.merge(
                            Lanes.of(event.getTaskId(), FabricShape.EMBEDDED.lanes()),
                            event.getTime() - since,
                            Math::min));
            return first.size() == FabricShape.EMBEDDED.lanes();
        });
        return first.values().stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    private static AuditLog audit(SplitFabric fabric) {
        return AuditLog.read(fabric.kafka(), "acme");
    }

    private static long now() {
        return Clock.systemUTC().millis();
    }

    private static void print(String what, List<Long> took) {
        System.out.println("ms until every lane decided again, " + what + ": " + took);
    }

    private static void delete(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            all.sorted(Comparator.reverseOrder()).forEach(RouterLossIT::deleteOne);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteOne(Path one) {
        try {
            Files.delete(one);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
