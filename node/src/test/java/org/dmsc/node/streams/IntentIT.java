package org.dmsc.node.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A real fabric learns from finished tasks who does what, keeps it over a restart, and tells no other tenant; and asks a caller whose tenant
 * wants no guess.
 */
@Timeout(180)
final class IntentIT {

    private static final String REQUEST = "Please book me a flight to Rome and back";
    private static final List<String> PAST = List.of(
            "book a flight to Oslo for Monday",
            "please book me two flights to Lisbon and back",
            "I need a flight to Rome tomorrow",
            "a flight to Paris and back for three",
            "book me the cheapest flight to Vienna",
            "please find a flight to Rome on Friday and book it");

    @Test
    void whatTheTextGetsWrongIsRightAfterAHandfulOfTasksAndAfterARestart() {
        try (TestFabric fabric = TestFabric.start(Map.of())) {
            fabric.createTenant("learns");
            fabric.createTenant("bystands");
            fabric.apply("bystands", "ambiguity: {then: ask, margin: 0.6}");
            Credentials alice = fabric.addAgent("learns", "alice");
            Credentials bob = fabric.addAgent("bystands", "bob");
            Credentials ledger = fabric.addAgent("learns", "ledger");
            Credentials travel = fabric.addAgent("learns", "travel");
            Credentials elsewhere = fabric.addAgent("bystands", "ledger");
            Credentials away = fabric.addAgent("bystands", "travel");
            try (HttpAgent books = HttpAgent.start(ledger, text -> "ledger");
                    HttpAgent journeys = HttpAgent.start(travel, text -> "travel");
                    HttpAgent otherBooks = HttpAgent.start(elsewhere, text -> "ledger");
                    HttpAgent otherJourneys = HttpAgent.start(away, text -> "travel")) {
                register(fabric, ledger, "ledger", books);
                register(fabric, travel, "travel", journeys);
                register(fabric, elsewhere, "ledger", otherBooks);
                register(fabric, away, "travel", otherJourneys);
                Participant caller = fabric.as(alice);
                Participant bystander = fabric.as(bob);
                assertThat(found(caller)).as("by the words of the cards").isEqualTo("accounting");

                PAST.forEach(text -> assertThat(done(caller, withSkill(text))).isEqualTo("travel"));

                TestFabric.await("the lessons are learnt", () -> found(caller).equals("journeys") && isClear(caller));
                assertThat(done(caller, Participant.ask(REQUEST))).isEqualTo("travel");
                assertThat(found(bystander)).as("who learnt nothing").isEqualTo("accounting");
                assertThat(done(bystander, Participant.ask(REQUEST))).isEqualTo("ledger");
                isAskedAndAnswers(bystander);

                fabric.restart();

                Participant again = fabric.as(alice);
                TestFabric.await("the model is there again", () -> found(again).equals("journeys") && isClear(again));
                assertThat(done(again, Participant.ask(REQUEST))).isEqualTo("travel");
                assertThat(found(fabric.as(bob))).isEqualTo("accounting");
            }
        }
    }

    private static void isAskedAndAnswers(Participant caller) {
        Answer asked = caller.post("/message:send", Participant.ask("accounting, or journeys"));
        assertThat(asked.state()).as("%s", asked).isEqualTo("INPUT_REQUIRED");
        assertThat(asked.text()).contains("accounting").contains("journeys");

        ObjectNode answer = Participant.ask("journeys");
        ((ObjectNode) answer.get("message"))
                .put("taskId", asked.task().path("id").asText());

        assertThat(done(caller, answer)).startsWith("travel");
    }

    private static void register(TestFabric fabric, Credentials issued, String agent, HttpAgent server) {
        ObjectNode card = agent.equals("ledger")
                ? server.card("Ledger", "accounting", "Books every invoice and pays it back, closes the books", "money")
                : server.card("Travel", "journeys", "Arranges trips by air", "trips");
        fabric.register(issued, agent, server, card);
    }

    /** As a caller that knows what it wants, but not from whom. */
    private static ObjectNode withSkill(String text) {
        ObjectNode body = Participant.ask(text);
        ((ObjectNode) body.get("message"))
                .putObject("metadata")
                .putObject(Participant.EXTENSION)
                .put("skill", "journeys");
        return body;
    }

    private static String done(Participant caller, ObjectNode message) {
        Answer answer = caller.post("/message:send", message);
        assertThat(answer.state()).as("%s", answer).isEqualTo("COMPLETED");
        return answer.text();
    }

    /** The skill that comes first for the request. */
    private static String found(Participant caller) {
        return search(caller).path(0).path("skill").asText();
    }

    /** Whether the first is that far ahead that load has no say; with a lesson or two the next one is as good. */
    private static boolean isClear(Participant caller) {
        JsonNode agents = search(caller);
        return agents.path(1).path("score").asDouble()
                < agents.path(0).path("score").asDouble() / 2;
    }

    private static JsonNode search(Participant caller) {
        return caller.get("/v1/agents?q=" + URLEncoder.encode(REQUEST, StandardCharsets.UTF_8))
                .body()
                .path("agents");
    }
}
