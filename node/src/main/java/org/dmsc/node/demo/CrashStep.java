package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** A technical specialist is killed while it works; its task finishes at the other. */
final class CrashStep implements Step {

    private static final Duration REDELEGATION = Duration.ofSeconds(40);

    @Override
    public String title() {
        return "A specialist killed at work";
    }

    @Override
    public Observation observe(Stage stage) {
        Caller support = stage.cast().caller(Cast.SUPPORT);
        List<ChildProcess> both =
                List.of(stage.cast().process(Cast.TECH_1), stage.cast().process(Cast.TECH_2));
        both.forEach(technician -> DelegationSteps.command(technician, "pause"));
        List<Integer> from = both.stream().map(ChildProcess::printed).toList();
        String question = "My network is slow since this morning, the router is fine. My word is "
                + stage.words().next();
        stage.narrator().says(Cast.SUPPORT, "fabric", "\"" + question + "\"");
        Caller.Pending pending = support.begin("ask", question);

        Predicate<JsonNode> hasIt = line -> Json.text(line, "event").equals("working")
                && Json.text(line, "text").equals(question);
        int first = firstWith(both, from, hasIt);
        ChildProcess victim = both.get(first);
        ChildProcess other = both.get(1 - first);
        stage.narrator().says("fabric", victim.name(), "works on it");
        victim.kill();
        stage.narrator().says("demo", victim.name(), "kill -9 " + victim.pid());
        other.await(other.name() + " to get the task of " + victim.name(), from.get(1 - first), hasIt, REDELEGATION);
        stage.narrator().says("fabric", other.name(), "works on it now");
        DelegationSteps.command(other, "resume");

        A2aTask task = pending.task();
        DelegationSteps.expectAnswer(
                task,
                other.name(),
                stage.cast().lines().technical(),
                support.process().log().toString());
        Stage.expect(
                task.attempt() >= 2,
                "a second attempt",
                task.json(),
                support.process().log().toString());
        DelegationSteps.tellWhy(stage, task);
        stage.narrator().says(other.name(), Cast.SUPPORT, "\"" + task.answer() + "\"");
        return new Observation(
                "kill -9 of " + victim.name() + " while it works",
                "the same task, attempt " + task.attempt() + ", finished at " + other.name()
                        + "; the caller saw one answer");
    }

    /** Which of them says it first; both are watched in turn, each for a moment. */
    private static int firstWith(List<ChildProcess> processes, List<Integer> from, Predicate<JsonNode> fits) {
        long deadline = System.nanoTime() + DelegationSteps.SOON.toNanos();
        while (System.nanoTime() < deadline) {
            for (int i = 0; i < processes.size(); i++) {
                if (!processes.get(i).seen(from.get(i), fits).isEmpty()) {
                    return i;
                }
            }
            processes.get(0).awaitOutput(Duration.ofMillis(20));
        }
        throw new DemoFailure(
                "one of both technicians to work on the question",
                "nothing from either",
                processes.get(0).log().toString());
    }
}
