package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;

/** The audit trail of the task that survived a crash, and the audit log of its tenant without a gap. */
final class AuditStep implements Step {

    @Override
    public String title() {
        return "The audit trail of one task";
    }

    @Override
    public Observation observe(Stage stage) {
        A2aTask task = stage.tasks().stream()
                .max(Comparator.comparingInt(A2aTask::attempt))
                .orElseThrow(() -> new DemoFailure(
                        "a task to look at", "none", stage.workspace().logs().toString()));
        Trail trail = new Trail(stage.operator()
                .await(
                        "the trail of " + task.id(),
                        () -> stage.operator().auditOfTask(Cast.ACME, task.id()),
                        Trail::ended));
        stage.narrator().says("operator", "fabric", "dmsc audit show " + task.id());
        trail.lines().forEach(line -> stage.narrator().says("audit", "", line));
        expectKinds(trail);

        List<JsonNode> log = stage.operator().auditOfTenant(Cast.ACME);
        List<Long> indexes = new Trail(log).indexes().stream().sorted().toList();
        List<Long> gapless = LongStream.range(0, log.size()).boxed().toList();
        Stage.expect(
                indexes.equals(gapless),
                "indexes 0 to " + (log.size() - 1) + " without a gap",
                indexes,
                "the audit log");
        List<String> ids =
                log.stream().map(record -> Json.text(record, "event.eventId")).toList();
        Stage.expect(new HashSet<>(ids).size() == ids.size(), "each event once", ids, "the audit log");
        expectEachTaskOnce(stage, log);
        return new Observation(
                "what happened to the task of the crash",
                trail.records().size() + " records, both decisions with reasons; acme's log: index 0 to "
                        + (log.size() - 1) + " without a gap");
    }

    private static void expectKinds(Trail trail) {
        List<String> kinds = trail.kinds();
        Stage.expect(
                kinds.stream().filter("TASK_ACCEPTED"::equals).count() == 1
                        && kinds.stream().filter("DECISION"::equals).count() >= 2
                        && kinds.contains("ATTEMPT_CLOSED")
                        && kinds.stream().filter("OUTCOME"::equals).count() == 1,
                "TASK_ACCEPTED, two DECISIONs, ATTEMPT_CLOSED, OUTCOME",
                kinds,
                "the audit log");
        boolean reasoned = trail.ofKind("DECISION").stream()
                .allMatch(decision -> !decision.path("reasons").isEmpty());
        Stage.expect(reasoned, "reasons in each decision", trail.lines(), "the audit log");
    }

    private static void expectEachTaskOnce(Stage stage, List<JsonNode> log) {
        List<String> accepted = new Trail(log)
                .ofKind("TASK_ACCEPTED").stream()
                        .map(event -> Json.text(event, "taskId"))
                        .toList();
        for (A2aTask task : stage.tasks()) {
            long times = accepted.stream().filter(task.id()::equals).count();
            Stage.expect(times == 1, "task " + task.id() + " accepted once", times + " times", "the audit log");
        }
    }
}
