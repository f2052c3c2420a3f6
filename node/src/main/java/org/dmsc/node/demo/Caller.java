package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;

/** A caller process ({@code examples/support}): told one command a line, it prints what the fabric answered. */
record Caller(ChildProcess process) {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** An HTTP answer as the caller printed it. */
    record Answer(int status, JsonNode body) {

        static Answer of(JsonNode line) {
            return new Answer(line.path("status").asInt(), line.path("body"));
        }
    }

    /** A command whose answer has not been read yet. */
    record Pending(Caller caller, String verb, int from) {

        Answer answer() {
            return Answer.of(caller.process.await(
                    "an answer to '" + verb + "'",
                    from,
                    line -> Json.text(line, "verb").equals(verb),
                    LONGEST));
        }

        /** The task in the answer. */
        A2aTask task() {
            return caller.task(verb, answer());
        }
    }

    Pending begin(String verb, String words) {
        int from = process.printed();
        process.tell(verb + " " + words);
        return new Pending(this, verb, from);
    }

    Answer run(String verb, String words) {
        return begin(verb, words).answer();
    }

    /** Asks the fabric without naming anybody, and waits for the end of the task. */
    A2aTask ask(String text) {
        return begin("ask", text).task();
    }

    A2aTask get(String task) {
        Answer answer = run("get", task);
        expectOk("get " + task, answer);
        return new A2aTask(answer.body());
    }

    /** The agents that a search found, best first. */
    List<JsonNode> find(String verb, String what) {
        Answer answer = run(verb, what);
        expectOk(verb, answer);
        return Json.elements(answer.body().path("agents")).toList();
    }

    private A2aTask task(String verb, Answer answer) {
        expectOk(verb, answer);
        return new A2aTask(answer.body().path("task"));
    }

    private void expectOk(String verb, Answer answer) {
        if (answer.status() != 200) {
            throw new DemoFailure(
                    "HTTP 200 for '" + verb + "'", "HTTP " + answer.status() + " " + answer.body(), log());
        }
    }

    private String log() {
        return process.log().toString();
    }
}
