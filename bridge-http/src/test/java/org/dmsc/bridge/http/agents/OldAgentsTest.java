package org.dmsc.bridge.http.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.DelegationTokens;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentHints;
import org.dmsc.bridge.core.a2a.Cards;
import org.dmsc.bridge.http.FakeAudit;
import org.dmsc.bridge.http.Identities;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents of A2A 0.3, and what agents hear of the extensions that callers name. */
final class OldAgentsTest {

    @TempDir
    static Path dir;

    static Identities identities;
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
                new FakeAudit(),
                identities.clock,
                64 * 1024));
    }

    @AfterAll
    static void stop() {
        link.close();
    }

    @Test
    void speaksJsonRpcOfThatVersionAndGoesOnAfterAnEnd() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            agent.script = call -> {
                OutputStream events = call.events();
                if (call.request().path("method").asText().equals("message/stream")) {
                    ScriptedAgent.event(
                            events,
                            "{'kind':'task','id':'a-1','contextId':'c','status':{'state':'working'}}"
                                    .replace('\'', '"'));
                    ScriptedAgent.event(events, artifact("'kind':'text','text':'one'"));
                } else {
                    ScriptedAgent.event(
                            events,
                            ("{'kind':'task','id':'a-1','contextId':'c','status':{'state':'working'},'artifacts':[{'artifactId':'a',"
                                            + "'parts':[{'kind':'text','text':'one'},{'kind':'text','text':'two'}]}]}")
                                    .replace('\'', '"'));
                    ScriptedAgent.event(
                            events,
                            "{'kind':'status-update','taskId':'a-1','contextId':'c','final':true,'status':{'state':'completed'}}"
                                    .replace('\'', '"'));
                }
            };

            RecordingSink sink = deliver(agent, "JSONRPC", "");

            assertThat(sink.states)
                    .as(sink.reason)
                    .containsExactly(
                            Optional.of(TaskStateName.WORKING),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(TaskStateName.COMPLETED));
            assertThat(sink.updates.get(2)).contains("\"parts\":[{\"text\":\"two\"}]", "\"append\":true");
            ObjectNode asked = agent.requests.take();
            assertThat(asked.path("test-version").asText()).isEqualTo("0.3");
            assertThat(asked.at("/params/message/kind").asText()).isEqualTo("message");
            assertThat(asked.at("/params/message/parts/0/kind").asText()).isEqualTo("text");
            assertThat(agent.requests.take().path("method").asText()).isEqualTo("tasks/resubscribe");
        }
    }

    @Test
    void speaksHttpJsonOfThatVersion() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            agent.script = call -> call.json(
                    201,
                    ("{'task':{'id':'a-1','contextId':'c','status':{'state':'TASK_STATE_CANCELLED','message':{'messageId':'x',"
                                    + "'role':'ROLE_AGENT','content':[{'file':{'fileWithBytes':'AQID','mimeType':'a/b'}}]}}}}")
                            .replace('\'', '"'));

            RecordingSink sink = deliver(agent, "HTTP+JSON", "");

            assertThat(sink.states).as(sink.reason).containsExactly(Optional.of(TaskStateName.CANCELED));
            assertThat(sink.updates.get(0)).contains("\"raw\":\"AQID\"", "\"mediaType\":\"a/b\"");
            ObjectNode asked = agent.requests.take();
            assertThat(asked.path("test-path").asText()).isEqualTo("POST /v1/message:stream");
            assertThat(asked.at("/message/content/0/text").asText()).isEqualTo("do it");
        }
    }

    @Test
    void namesTheExtensionsThatTheCallerNamedAndTheAgentKnows() throws Exception {
        try (ScriptedAgent agent = ScriptedAgent.plain()) {
            agent.script = call -> call.result(
                    "{\"message\":{\"messageId\":\"x\",\"role\":\"ROLE_AGENT\",\"parts\":[{\"text\":\"hi\"}]}}");

            deliver(
                    agent,
                    "1.0",
                    ",'extensions':['urn:x:in'],'metadata':{'dmsc-extensions':['urn:x:beside','urn:x:unknown'],'own':1}");

            ObjectNode asked = agent.requests.take();
            assertThat(asked.path("test-extensions").asText()).isEqualTo("urn:x:beside, urn:x:in");
            assertThat(asked.at("/params/message/metadata/own").asInt()).isEqualTo(1);
            assertThat(asked.toString()).doesNotContain("dmsc-extensions");
        }
    }

    private static String artifact(String part) {
        return ("{'kind':'artifact-update','taskId':'a-1','contextId':'c','artifact':{'artifactId':'a','parts':[{"
                        + part + "}]}}")
                .replace('\'', '"');
    }

    private static RecordingSink deliver(ScriptedAgent agent, String binding, String rest) throws Exception {
        RecordingSink sink = new RecordingSink();
        String url = "http://127.0.0.1:" + agent.port() + "/";
        String at = binding.equals("1.0")
                ? "'supportedInterfaces':[{'url':'" + url + "','protocolBinding':'JSONRPC','protocolVersion':'1.0'}]"
                : "'protocolVersion':'0.3.0','preferredTransport':'" + binding + "','url':'" + url + "'";
        String card = "{'name':'w','description':'w','capabilities':{'streaming':true,'extensions':[{'uri':'urn:x:in'},"
                + "{'uri':'urn:x:beside','required':true}]}," + at + "}";
        ObjectNode json = json(card);
        DeliveryOrder order = AgentBindingsTest.order(
                Cards.registration(
                        json, AgentChannel.A2A_HTTP, AgentHints.of(json, Optional.of(json("{'plainHttp':true}")))),
                ("{'messageId':'m','role':'ROLE_USER','parts':[{'text':'do it'}]" + rest + "}").replace('\'', '"'),
                identities.clock.millis() + 60_000);
        link.deliver(order, sink);
        assertThat(sink.settled.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.refusal).as(sink.reason).isEmpty();
        return sink;
    }

    private static ObjectNode json(String text) {
        return A2aJson.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
