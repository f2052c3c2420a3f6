package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;

/** A question is asked, nobody is named, and the fabric finds who shall answer it. */
final class DelegationSteps {

    static final Duration SOON = Duration.ofSeconds(30);

    private DelegationSteps() {}

    static List<Step> all() {
        return List.of(new Billing(), new LessLoaded());
    }

    private record Billing() implements Step {

        @Override
        public String title() {
            return "A billing question, nobody named";
        }

        @Override
        public Observation observe(Stage stage) {
            ChildProcess billing = stage.cast().process(Cast.BILLING);
            int from = billing.printed();
            String question = "I was charged twice on one invoice of "
                    + stage.cast().lines().billingCard() + ", I want a refund. My word is "
                    + stage.words().next();
            stage.narrator().says(Cast.SUPPORT, "fabric", "\"" + question + "\"");
            A2aTask task = stage.cast().caller(Cast.SUPPORT).ask(question);
            billing.await(
                    "billing to get the question",
                    from,
                    line -> Json.text(line, "text").equals(question),
                    SOON);
            String log = stage.cast().process(Cast.SUPPORT).log().toString();
            expectAnswer(task, Cast.BILLING, stage.cast().lines().billing(), log);
            tellWhy(stage, task);
            stage.narrator().says(Cast.BILLING, Cast.SUPPORT, "\"" + task.answer() + "\"");
            JsonNode decision = decision(stage, task, "DECISION of the billing question");
            Stage.expect(
                    Trail.candidate(decision, Cast.BILLING).isPresent(),
                    "billing among the audited candidates",
                    decision,
                    "the audit log");
            return new Observation(
                    "a refund, in plain words", "delegated to billing, answered; reasons in the task and in the audit");
        }
    }

    private record LessLoaded() implements Step {

        @Override
        public String title() {
            return "A technical one, to the less loaded";
        }

        @Override
        public Observation observe(Stage stage) {
            Caller support = stage.cast().caller(Cast.SUPPORT);
            ChildProcess busy = stage.cast().process(Cast.TECH_1);
            A2aTask first = occupy(stage, support, busy);
            String question = "The router of " + stage.cast().lines().technicalCard()
                    + " loses its network connection. My word is "
                    + stage.words().next();
            stage.narrator().says(Cast.SUPPORT, "fabric", "\"" + question + "\"");
            A2aTask task = support.ask(question);
            expectAnswer(
                    task,
                    Cast.TECH_2,
                    stage.cast().lines().technical(),
                    support.process().log().toString());
            tellWhy(stage, task);
            stage.narrator().says(Cast.TECH_2, Cast.SUPPORT, "\"" + task.answer() + "\"");
            JsonNode decision = decision(stage, task, "DECISION of the technical question");
            double busier = load(decision, Cast.TECH_1);
            double freer = load(decision, Cast.TECH_2);
            Trail.candidates(decision).forEach(candidate -> stage.narrator().says("audit", "", candidate));
            Stage.expect(
                    busier > freer,
                    "more load at tech-1 than at tech-2 in the audited decision",
                    decision,
                    "the audit log");
            release(stage, support, busy, first);
            return new Observation(
                    "a network fault, while tech-1 works on something",
                    "tech-2 got it (load " + freer + " against " + busier
                            + " of tech-1); tech-1 then finished its own");
        }

        /** Gives tech-1 something to work on, and keeps it at it. */
        private static A2aTask occupy(Stage stage, Caller support, ChildProcess busy) {
            command(busy, "pause");
            int from = busy.printed();
            String text = "Look into line " + stage.words().next();
            stage.narrator().says(Cast.SUPPORT, busy.name(), "\"" + text + "\" (by name; it keeps working on that)");
            A2aTask first =
                    support.begin("begin-agent", busy.name() + " " + text).task();
            stage.remember(first);
            busy.await(
                    "tech-1 to work on '" + text + "'",
                    from,
                    line -> Json.text(line, "text").equals(text),
                    SOON);
            return first;
        }

        private static void release(Stage stage, Caller support, ChildProcess busy, A2aTask first) {
            int from = busy.printed();
            command(busy, "resume");
            busy.await(
                    "tech-1 to finish", from, line -> Json.text(line, "event").equals("answered"), SOON);
            stage.operator()
                    .await(
                            "the outcome of tech-1's own task",
                            () -> stage.operator().auditOfTask(Cast.ACME, first.id()),
                            Trail::ended);
            A2aTask done = support.get(first.id());
            Stage.expect(
                    done.completed(),
                    "tech-1's own task COMPLETED",
                    done.json(),
                    support.process().log().toString());
        }

        private static double load(JsonNode decision, String agent) {
            return Trail.candidate(decision, agent)
                    .map(candidate -> candidate.path("load").asDouble())
                    .orElseThrow(() ->
                            new DemoFailure(agent + " among the candidates", decision.toString(), "the audit log"));
        }
    }

    /** Tells a specialist or a device to pause or to go on, and waits until it says so. */
    static void command(ChildProcess agent, String command) {
        int from = agent.printed();
        agent.tell(command);
        agent.await(
                agent.name() + " to " + command,
                from,
                line -> Json.text(line, "event").equals(command + "d"),
                SOON);
    }

    static void expectAnswer(A2aTask task, String assignee, String word, String log) {
        Stage.expect(task.completed(), "a COMPLETED task", task.json(), log);
        Stage.expect(task.assignee().equals(assignee), "assignee " + assignee, task.json(), log);
        Stage.expect(task.answer().contains(word), "'" + word + "' in the answer", task.json(), log);
        Stage.expect(!task.reasons().isEmpty(), "the reasons of the choice in the task's metadata", task.json(), log);
    }

    static void tellWhy(Stage stage, A2aTask task) {
        stage.narrator().says("fabric", task.assignee(), "attempt " + task.attempt() + ", because:");
        task.reasons().forEach(stage.narrator()::saw);
        stage.remember(task);
    }

    /** The last decision about a task, from the audit log. */
    static JsonNode decision(Stage stage, A2aTask task, String what) {
        List<JsonNode> records = stage.operator()
                .await(
                        what + " and its outcome",
                        () -> stage.operator().auditOfTask(Cast.ACME, task.id()),
                        Trail::ended);
        List<JsonNode> decisions = new Trail(records).ofKind("DECISION");
        if (decisions.isEmpty()) {
            throw new DemoFailure("a " + what, records.toString(), "the audit log");
        }
        return decisions.get(decisions.size() - 1);
    }
}
