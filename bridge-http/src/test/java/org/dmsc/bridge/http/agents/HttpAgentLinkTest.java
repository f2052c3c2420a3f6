package org.dmsc.bridge.http.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DelegationTokens;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.http.FakeAudit;
import org.dmsc.bridge.http.Identities;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.revocation.RevocationKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that behave, and agents that do not, over real sockets. */
final class HttpAgentLinkTest {

    private static final String DONE = "{\"task\":{\"id\":\"a-1\",\"status\":{\"state\":\"TASK_STATE_COMPLETED\"},"
            + "\"artifacts\":[{\"artifactId\":\"x\",\"parts\":[{\"text\":\"42\"}]}]}}";

    @TempDir
    static Path dir;

    static Identities identities;
    static FakeAudit audit = new FakeAudit();
    static HttpAgentLink link;

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
                audit,
                identities.clock,
                64 * 1024));
    }

    @AfterAll
    static void stop() {
        link.close();
    }

    @Test
    void deliversOverTlsToTheAgentItExpects() throws Exception {
        try (ScriptedAgent agent = secured("worker")) {
            agent.script = call -> call.result(DONE);

            RecordingSink sink = deliver(agent, "https", Streaming.NO);

            assertThat(sink.refusal).as(sink.reason).isEmpty();
            assertThat(sink.states)
                    .as(sink.reason)
                    .containsExactly(Optional.empty(), Optional.of(TaskStateName.COMPLETED));
            assertThat(sink.updates.get(0))
                    .contains("\"taskId\":\"task-1\"")
                    .contains("42")
                    .doesNotContain("a-1");
            assertThat(sink.delivered.await(30, TimeUnit.SECONDS)).isTrue();
            ObjectNode request = agent.requests.take();
            assertThat(request.path("method").asText()).isEqualTo("SendMessage");
            assertThat(request.path("test-version").asText()).isEqualTo("1.0");
            assertThat(request.path("params").path("message").has("taskId")).isFalse();
            assertThat(request.path("params")
                            .path("message")
                            .path("metadata")
                            .path("urn:dmsc:ext:delegation:1")
                            .path("deliveryId")
                            .asText())
                    .isEqualTo("task-1.1");
        }
    }

    @Test
    @DisplayName("case 11: a call that is open ends when the agent's certificate is revoked, and the next is not made")
    void endsTheCallsToAnAgentThatIsRevoked() throws Exception {
        IssuedIdentity stolen = identities.agent("acme", "worker");
        CompletableFuture<Void> ended = new CompletableFuture<>();
        try (ScriptedAgent agent = ScriptedAgent.secured(identities.ssl(Optional.of(stolen)))) {
            agent.script = call -> ended.join();
            RecordingSink sink = new RecordingSink();
            link.deliver(order("https://127.0.0.1:" + agent.port() + "/", Streaming.NO, Plain.ALLOWED), sink);
            assertThat(agent.requests.poll(30, TimeUnit.SECONDS)).isNotNull();

            assertThat(identities.revoke(RevocationKey.publicKey(stolen.chain().get(0))))
                    .isEqualTo(1);

            assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(sink.refusal).contains(Refusal.AGENT_LOST);
            RecordingSink next = deliver(agent, "https", Streaming.NO);
            assertThat(next.refusal).contains(Refusal.UNDELIVERABLE);
            assertThat(agent.requests).isEmpty();
        } finally {
            ended.complete(null);
        }
    }

    @Test
    void sendsNothingToAnAgentThatIsNotTheOneExpected() throws Exception {
        try (ScriptedAgent agent = secured("impostor")) {
            RecordingSink sink = deliver(agent, "https", Streaming.NO);

            assertThat(sink.refusal).as(sink.reason).contains(Refusal.UNDELIVERABLE);
            assertThat(sink.certainty).contains(Certainty.CERTAIN);
            assertThat(agent.requests).isEmpty();
        }
    }

    @Test
    void passesAStreamOnAsItComes() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            agent.script = call -> {
                OutputStream events = call.events();
                ScriptedAgent.event(
                        events, "{\"task\":{\"id\":\"a-1\",\"status\":{\"state\":\"TASK_STATE_WORKING\"}}}");
                events.write(": comment\n\n".getBytes(StandardCharsets.UTF_8));
                ScriptedAgent.event(events, artifact("a-1"));
                ScriptedAgent.event(events, status("a-1", "TASK_STATE_COMPLETED"));
            };

            RecordingSink sink = deliver(agent, "http", Streaming.YES);

            assertThat(sink.states)
                    .as(sink.reason)
                    .containsExactly(
                            Optional.of(TaskStateName.WORKING), Optional.empty(), Optional.of(TaskStateName.COMPLETED));
            assertThat(agent.requests.take().path("method").asText()).isEqualTo("SendStreamingMessage");
            assertThat(audit.events).anyMatch(event -> event.getKind() == AuditKind.PLAINTEXT_DELIVERY);
        }
    }

    @Test
    void asksAgainUntilATaskThatGoesOnHasEnded() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            agent.script = call -> {
                if (call.request().path("method").asText().equals("GetTask")) {
                    call.result("{\"id\":\"a-1\",\"status\":{\"state\":\"TASK_STATE_COMPLETED\"}}");
                } else {
                    call.result("{\"task\":{\"id\":\"a-1\",\"status\":{\"state\":\"TASK_STATE_WORKING\"}}}");
                }
            };

            RecordingSink sink = deliver(agent, "http", Streaming.NO);

            assertThat(sink.states)
                    .as(sink.reason)
                    .containsExactly(Optional.of(TaskStateName.WORKING), Optional.of(TaskStateName.COMPLETED));
        }
    }

    @Test
    void ignoresWhatAnAgentSaysAfterItsLastAnswer() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            agent.script = call -> {
                OutputStream events = call.events();
                ScriptedAgent.event(events, status("a-1", "TASK_STATE_COMPLETED"));
                ScriptedAgent.event(events, status("a-1", "TASK_STATE_FAILED"));
                events.write("data: garbage\n\n".getBytes(StandardCharsets.UTF_8));
            };

            RecordingSink sink = deliver(agent, "http", Streaming.YES);

            assertThat(sink.states).containsExactly(Optional.of(TaskStateName.COMPLETED));
            assertThat(sink.refusal).isEmpty();
        }
    }

    @Test
    void takesADirectMessageForTheResult() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            agent.script = call -> call.result(
                    "{\"message\":{\"messageId\":\"x\",\"role\":\"ROLE_AGENT\",\"parts\":[{\"text\":\"hi\"}]}}");

            RecordingSink sink = deliver(agent, "http", Streaming.NO);

            assertThat(sink.states).as(sink.reason).containsExactly(Optional.of(TaskStateName.COMPLETED));
        }
    }

    @Test
    void refusesGarbageWhateverItsForm() throws Exception {
        List<ScriptedAgent.Script> garbage = List.of(
                call -> call.json(200, "no json"),
                call -> call.json(200, "{}"),
                call -> call.json(200, ""),
                call -> call.result("{}"),
                call -> call.result("{\"task\":{\"id\":\"a-1\",\"status\":{\"state\":\"working\"}}}"),
                call -> call.result("{\"message\":{\"messageId\":\"x\",\"role\":\"ROLE_AGENT\",\"parts\":[]}}"),
                call -> call.result("{\"task\":{\"id\":\"a-1\",\"pad\":\"" + "x".repeat(70_000) + "\"}}"),
                call -> {
                    OutputStream events = call.events();
                    ScriptedAgent.event(events, status("a-1", "TASK_STATE_WORKING"));
                    ScriptedAgent.event(events, status("other", "TASK_STATE_COMPLETED"));
                },
                call -> call.events().write("data: {]\n\n".getBytes(StandardCharsets.UTF_8)));
        for (int i = 0; i < garbage.size(); i++) {
            try (ScriptedAgent agent = ScriptedAgent.plain()) {
                agent.script = garbage.get(i);

                RecordingSink sink = deliver(agent, "http", Streaming.YES);

                assertThat(sink.refusal).contains(Refusal.INVALID_AGENT_RESPONSE);
                assertThat(sink.states).as(sink.reason).doesNotContain(Optional.of(TaskStateName.COMPLETED));
            }
        }
    }

    @Test
    void saysWhatIsCertainWhenAnAgentFails() throws Exception {
        assertFails(call -> call.json(503, "{}"), Refusal.UNDELIVERABLE, Certainty.CERTAIN);
        assertFails(call -> call.json(401, "{}"), Refusal.UNDELIVERABLE, Certainty.CERTAIN);
        assertFails(call -> call.json(500, "{}"), Refusal.AGENT_FAILED, Certainty.UNCERTAIN);
        assertFails(
                call -> call.json(
                        200, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"secret\"}}"),
                Refusal.AGENT_FAILED,
                Certainty.CERTAIN);
    }

    @Test
    void doesNotKnowWhatAnAgentDidThatWasKilledWhileItWorked() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            agent.script = call -> {
                ScriptedAgent.event(call.events(), status("a-1", "TASK_STATE_WORKING"));
                agent.close();
            };

            RecordingSink sink = deliver(agent, "http", Streaming.YES);

            assertThat(sink.refusal).as(sink.reason).contains(Refusal.AGENT_LOST);
            assertThat(sink.certainty).contains(Certainty.UNCERTAIN);
        }
    }

    @Test
    void knowsThatAnAgentThatIsNotThereDidNothing() throws Exception {
        ScriptedAgent gone = ScriptedAgent.plain();
        int port = gone.port();
        gone.close();
        RecordingSink sink = new RecordingSink();

        link.deliver(order("http://127.0.0.1:" + port + "/", Streaming.NO, Plain.ALLOWED), sink);

        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.refusal).as(sink.reason).contains(Refusal.UNDELIVERABLE);
        assertThat(sink.certainty).contains(Certainty.CERTAIN);
    }

    @Test
    void callsWithoutTlsOnlyWhereItWasAllowed() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            RecordingSink sink = new RecordingSink();

            link.deliver(order("http://127.0.0.1:" + agent.port() + "/", Streaming.NO, Plain.REFUSED), sink);

            assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(sink.refusal).as(sink.reason).contains(Refusal.UNDELIVERABLE);
            assertThat(agent.requests).isEmpty();
        }
    }

    @Test
    @DisplayName("case 96: nothing leaves in clear that the audit log does not have before")
    void case_96_callsNobodyInClearWithoutTheLog() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            audit.fail();

            RecordingSink sink = deliver(agent, "http", Streaming.NO);

            assertThat(sink.refusal).as(sink.reason).contains(Refusal.UNAVAILABLE);
            assertThat(sink.certainty).contains(Certainty.CERTAIN);
            assertThat(agent.requests).isEmpty();
        } finally {
            audit.heal();
        }
    }

    @Test
    void tellsTheAgentThatItsTaskWasCancelled() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            agent.script = call ->
                    call.result("{\"task\":{\"id\":\"a-9\",\"status\":{\"state\":\"TASK_STATE_INPUT_REQUIRED\"}}}");
            RecordingSink sink = deliver(agent, "http", Streaming.NO);
            assertThat(sink.states).as(sink.reason).containsExactly(Optional.of(TaskStateName.INPUT_REQUIRED));
            agent.requests.take();

            link.cancel(delivery(DeliveryKind.CANCEL));

            ObjectNode request = agent.requests.poll(30, TimeUnit.SECONDS);
            assertThat(request.path("method").asText()).isEqualTo("CancelTask");
            assertThat(request.path("params").path("id").asText()).isEqualTo("a-9");
        }
    }

    private static void assertFails(ScriptedAgent.Script script, Refusal refusal, Certainty certainty)
            throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            agent.script = script;

            RecordingSink sink = deliver(agent, "http", Streaming.YES);

            assertThat(sink.refusal).as(sink.reason).contains(refusal);
            assertThat(sink.certainty).contains(certainty);
            assertThat(sink.reason).doesNotContain("secret");
        }
    }

    private static String status(String id, String state) {
        return "{\"statusUpdate\":{\"taskId\":\"" + id + "\",\"contextId\":\"c\",\"status\":{\"state\":\"" + state
                + "\"}}}";
    }

    private static String artifact(String id) {
        return "{\"artifactUpdate\":{\"taskId\":\"" + id
                + "\",\"contextId\":\"c\",\"artifact\":{\"artifactId\":\"x\",\"parts\":[{\"text\":\"4\"}]}}}";
    }

    private static ScriptedAgent secured(String agent) throws IOException {
        return ScriptedAgent.secured(identities.ssl(Optional.of(identities.agent("acme", agent))));
    }

    private static RecordingSink deliver(ScriptedAgent agent, String scheme, Streaming streaming)
            throws InterruptedException {
        RecordingSink sink = new RecordingSink();
        link.deliver(order(scheme + "://127.0.0.1:" + agent.port() + "/", streaming, Plain.ALLOWED), sink);
        assertThat(sink.settled.await(60, TimeUnit.SECONDS)).isTrue();
        return sink;
    }

    private enum Streaming {
        YES,
        NO
    }

    private enum Plain {
        ALLOWED,
        REFUSED
    }

    private static DeliveryOrder order(String url, Streaming streaming, Plain plain) {
        AgentSnapshot agent = AgentSnapshot.newBuilder()
                .setTenant("acme")
                .setAgent("worker")
                .setRevision(1)
                .setRegistration(AgentRegistration.newBuilder()
                        .setCardJson("{}")
                        .setName("w")
                        .setDescription("w")
                        .setChannel(AgentChannel.A2A_HTTP)
                        .setUrl(url)
                        .setStreaming(streaming == Streaming.YES)
                        .setPlainHttp(plain == Plain.ALLOWED && url.startsWith("http:"))
                        .setSkills(List.of())
                        .build())
                .setHealth(AgentHealth.UP)
                .setRegisteredAt(1)
                .setLastSeenAt(1)
                .setUpdatedAt(1)
                .build();
        byte[] message = "{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"do it\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        return new DeliveryOrder(delivery(DeliveryKind.TASK), agent, message);
    }

    private static Delivery delivery(DeliveryKind kind) {
        long deadline = identities.clock.millis() + 60_000;
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
