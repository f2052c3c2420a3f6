package org.dmsc.bridge.http.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DelegationTokens;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentHints;
import org.dmsc.bridge.core.a2a.Cards;
import org.dmsc.bridge.http.FakeAudit;
import org.dmsc.bridge.http.Identities;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One agent, called by each binding of 1.0, and by gRPC of 0.3, over real TLS: the same is said, heard and made of it. */
final class AgentBindingsTest {

    private static final Optional<TaskStateName> WORKING = Optional.of(TaskStateName.WORKING);
    private static final Optional<TaskStateName> COMPLETED = Optional.of(TaskStateName.COMPLETED);
    private static final Optional<TaskStateName> ARTIFACT = Optional.empty();

    @TempDir
    static Path dir;

    static Identities identities;
    static HttpAgentLink link;
    static FixtureAgent agent;

    @BeforeAll
    static void start() {
        identities = new Identities(dir);
        identities.addTenant("acme");
        IssuedIdentity gateway = identities.gateway();
        link = new HttpAgentLink(new HttpAgentLinkParts(
                identities.domain,
                SpiffeId.node(identities.domain, "gateway", "g1"),
                () -> gateway,
                identities.peers,
                identities.connections,
                new DelegationTokens((tenant, bytes) -> "mac"),
                new FakeAudit(),
                identities.clock,
                64 * 1024));
        agent = new FixtureAgent(identities.agent("acme", "worker"), identities.root());
    }

    @AfterAll
    static void stop() {
        link.close();
        agent.close();
    }

    @BeforeEach
    void forget() {
        agent.does.requests.clear();
        agent.headers.clear();
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSONRPC", "HTTP+JSON", "GRPC", "GRPC 0.3"})
    void passesEachKindOfPartOnAsItIsStreamed(String binding) throws Exception {
        RecordingSink sink = deliver(
                binding,
                "true",
                "{'text':'parts'},{'raw':'AQID','filename':'f.bin','mediaType':'application/octet-stream'},"
                        + "{'url':'https://h/x'},{'data':{'a':[1.5,null,'x']},'metadata':{'k':true}}");

        assertThat(sink.states).as(sink.reason).containsExactly(WORKING, ARTIFACT, COMPLETED);
        ObjectNode update = json(sink.updates.get(1));
        assertThat(update.at("/artifactUpdate/artifact"))
                .isEqualTo(json("{'artifactId':'a','parts':[{'text':'parts'},{'raw':'AQID','filename':'f.bin',"
                        .concat("'mediaType':'application/octet-stream'},{'url':'https://h/x'},")
                        .concat("{'data':{'a':[1.5,null,'x']},'metadata':{'k':true}}]}")
                        .replace('\'', '"')));
        assertThat(update.at("/artifactUpdate/metadata/of").asText()).isEqualTo("the agent");
        assertThat(update.at("/artifactUpdate/taskId").asText()).isEqualTo("task-1");
        assertThat(sink.updates.get(2)).contains("done");
        assertThat(agent.headers)
                .allSatisfy(headers -> assertThat(headers.get("a2a-version")).isEqualTo(version(binding)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSONRPC", "HTTP+JSON", "GRPC", "GRPC 0.3"})
    void takesTheWholeAnswerOfAnAgentThatDoesNotStream(String binding) throws Exception {
        RecordingSink sink = deliver(binding, "false", "{'text':'chunks'}");

        assertThat(sink.states).as(sink.reason).containsExactly(ARTIFACT, COMPLETED);
        assertThat(sink.updates.get(0)).contains("one", "two", "three");
        RecordingSink direct = deliver(binding, "false", "{'text':'message'}");
        assertThat(direct.states).as(direct.reason).containsExactly(COMPLETED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSONRPC", "HTTP+JSON", "GRPC", "GRPC 0.3"})
    void goesOnAfterACutWithoutLossOrRepetition(String binding) throws Exception {
        RecordingSink sink = deliver(binding, "true", "{'text':'cut'}");

        assertThat(sink.refusal).as(sink.reason).isEmpty();
        assertThat(words(sink)).containsExactly("one", "two", "three", "four");
        assertThat(sink.states).containsExactly(WORKING, ARTIFACT, ARTIFACT, ARTIFACT, ARTIFACT, COMPLETED);
        assertThat(sink.updates.subList(2, 5))
                .allSatisfy(update -> assertThat(update).contains("\"append\":true"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSONRPC", "HTTP+JSON", "GRPC", "GRPC 0.3"})
    void asksForTheTaskWhenTheAgentDoesNotLetItSubscribe(String binding) throws Exception {
        RecordingSink sink = deliver(binding, "true", "{'text':'deaf'}");

        assertThat(sink.refusal).as(sink.reason).isEmpty();
        assertThat(words(sink)).containsExactly("one", "two", "three");
        assertThat(sink.states).endsWith(COMPLETED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSONRPC", "HTTP+JSON", "GRPC", "GRPC 0.3"})
    void namesTheTaskAndItsContextAsTheAgentDoes(String binding) throws Exception {
        RecordingSink asked = deliver(binding, "true", "{'text':'ask'}");
        assertThat(asked.states).as(asked.reason).endsWith(Optional.of(TaskStateName.INPUT_REQUIRED));
        RecordingSink sink = new RecordingSink();

        link.deliver(order(binding, "true", "{'text':'echo'}", DeliveryKind.FOLLOW_UP), sink);

        assertThat(sink.settled.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.states)
                .as("what was heard before is no news; %s", sink.reason)
                .containsExactly(ARTIFACT, COMPLETED);
        ObjectNode message = (ObjectNode) agent.does.requests.get(1).get("message");
        assertThat(message.path("taskId").asText()).isNotEmpty().isNotEqualTo("task-1");
        assertThat(message.path("contextId").asText()).isEqualTo("of-agent-context-1");
        assertThat(sink.updates.toString()).doesNotContain("of-agent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSONRPC", "HTTP+JSON", "GRPC", "GRPC 0.3"})
    void tellsTheAgentThatItsTaskIsNotWantedAnyMore(String binding) throws Exception {
        RecordingSink sink = new RecordingSink();
        link.deliver(order(binding, "true", "{'text':'wait'}", DeliveryKind.TASK), sink);
        sink.await(update -> update.contains("waiting"));

        link.cancel(delivery(DeliveryKind.CANCEL));

        assertThat(sink.settled.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.states).as(sink.reason).endsWith(Optional.of(TaskStateName.CANCELED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSONRPC", "HTTP+JSON", "GRPC", "GRPC 0.3"})
    void knowsAnErrorOfTheAgentAndKeepsItsWordsOut(String binding) throws Exception {
        for (String streaming : List.of("true", "false")) {
            RecordingSink sink = deliver(binding, streaming, "{'text':'refuse'}");

            assertThat(sink.refusal).as(sink.reason).contains(Refusal.AGENT_FAILED);
            assertThat(sink.certainty).contains(Certainty.CERTAIN);
            assertThat(sink.reason).doesNotContain("words");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSONRPC", "HTTP+JSON", "GRPC", "GRPC 0.3"})
    void refusesAnAnswerThatIsTooLarge(String binding) throws Exception {
        RecordingSink sink = deliver(binding, "true", "{'text':'" + "x".repeat(70_000) + "'}");

        assertThat(sink.refusal).as(sink.reason).contains(Refusal.INVALID_AGENT_RESPONSE);
    }

    private static List<String> words(RecordingSink sink) {
        return sink.updates.stream()
                .map(AgentBindingsTest::json)
                .flatMap(update -> update.at("/artifactUpdate/artifact/parts").findValuesAsText("text").stream())
                .toList();
    }

    private static ObjectNode json(String text) {
        return A2aJson.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static RecordingSink deliver(String binding, String streaming, String parts) throws InterruptedException {
        RecordingSink sink = new RecordingSink();
        link.deliver(order(binding, streaming, parts, DeliveryKind.TASK), sink);
        assertThat(sink.settled.await(60, TimeUnit.SECONDS)).isTrue();
        return sink;
    }

    private static DeliveryOrder order(String binding, String streaming, String parts, DeliveryKind kind) {
        String url = switch (binding) {
            case "JSONRPC" -> "https://127.0.0.1:" + agent.port() + "/rpc";
            case "HTTP+JSON" -> "https://127.0.0.1:" + agent.port() + "/rest";
            default -> "127.0.0.1:" + agent.port();
        };
        ObjectNode card = json(("{'name':'w','description':'w','capabilities':{'streaming':" + streaming + "},"
                        + "'supportedInterfaces':[{'url':'wss://other/','protocolBinding':'urn:other','protocolVersion':'1.0'},{'url':'"
                        + url + "','protocolBinding':'" + binding.split(" ")[0] + "','protocolVersion':'"
                        + version(binding)
                        + "','tenant':'the/tenant'}]}")
                .replace('\'', '"'));
        String message = ("{'messageId':'m','role':'ROLE_USER','parts':[" + parts + "]}").replace('\'', '"');
        AgentRegistration registration = Cards.registration(card, AgentChannel.A2A_HTTP, AgentHints.none());
        return order(registration, message, delivery(kind));
    }

    private static String version(String binding) {
        return binding.endsWith(" 0.3") ? "0.3" : "1.0";
    }

    /** A task for an agent that registered like that. */
    static DeliveryOrder order(AgentRegistration registration, String message, long deadline) {
        return order(registration, message, delivery(DeliveryKind.TASK, deadline));
    }

    private static DeliveryOrder order(AgentRegistration registration, String message, Delivery delivery) {
        AgentSnapshot snapshot = AgentSnapshot.newBuilder()
                .setTenant("acme")
                .setAgent("worker")
                .setRevision(1)
                .setRegistration(registration)
                .setHealth(AgentHealth.UP)
                .setRegisteredAt(1)
                .setLastSeenAt(1)
                .setUpdatedAt(1)
                .build();
        return new DeliveryOrder(delivery, snapshot, message.getBytes(StandardCharsets.UTF_8));
    }

    private static Delivery delivery(DeliveryKind kind) {
        return delivery(kind, identities.clock.millis() + 60_000);
    }

    private static Delivery delivery(DeliveryKind kind, long deadline) {
        return Delivery.newBuilder()
                .setDeliveryId("task-1.1")
                .setKind(kind)
                .setTaskId("task-1")
                .setContextId("context-1")
                .setMessageId("m")
                .setAttempt(1)
                .setCallerTenant("acme")
                .setCallerAgent("caller")
                .setAssigneeTenant("acme")
                .setAssigneeAgent("worker")
                .setDeadline(deadline)
                .setAttemptDeadline(deadline)
                .setHops(0)
                .setAncestors(List.of())
                .setRootTaskId("task-1")
                .setTime(1)
                .build();
    }
}
