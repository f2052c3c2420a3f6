package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tenants' documents do at the HTTP edge. */
@Tag("case-33")
final class PolicyAtTheEdgeTest {

    private static final String CARD = "{'name':'Translator','description':'secret plans','version':'1',"
            + "'supportedInterfaces':[{'url':'https://localhost:1/','protocolBinding':'JSONRPC','protocolVersion':'1.0'}],"
            + "'capabilities':{},'defaultInputModes':['text/plain'],'defaultOutputModes':['text/plain'],'skills':["
            + "{'id':'translate','name':'translate','description':'translates','tags':['t']},"
            + "{'id':'plot','name':'plot','description':'plots','tags':['p']}]}";

    @TempDir
    static Path dir;

    static EdgeFixture edge;

    @BeforeAll
    static void start() throws Exception {
        edge = new EdgeFixture(dir);
        EdgeFixture.Answer registered = EdgeFixture.send(
                edge.agent("beta", "translator"), edge.post("/v1/agents/translator", CARD.replace('\'', '"')));
        assertThat(registered.status()).isEqualTo(201);
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @AfterEach
    void forget() {
        edge.policies.put("acme", "{}");
        edge.policies.put("beta", "{}");
        edge.audit.refusals.clear();
    }

    @Test
    void theImporterSeesTheGrantedSkillAndNothingElse() throws Exception {
        HttpClient alice = edge.agent("acme", "alice");
        assertThat(agents(alice, "/v1/agents")).isEmpty();
        edge.policies.put(
                "beta", "{'grants':{'offers':[{'id':'g','to':'acme','skills':['translate'],'until':'2100-01-01'}]}}");
        assertThat(agents(alice, "/v1/agents")).isEmpty();
        edge.policies.put(
                "acme", "{'grants':{'acceptances':[{'id':'g','from':'beta','skills':['translate','plot']}]}}");

        ObjectNode all = EdgeFixture.send(alice, edge.get("/v1/agents")).json();
        ObjectNode card = EdgeFixture.send(alice, edge.get("/agents/beta%2Ftranslator/.well-known/agent-card.json"))
                .json();

        assertThat(all.path("agents").findValuesAsText("agent")).contains("beta/translator");
        assertThat(all.toString()).contains("translate").doesNotContain("plot").doesNotContain("secret plans");
        assertThat(card.path("skills").findValuesAsText("id")).containsExactly("translate");
        assertThat(card.toString())
                .contains("/agents/beta%2Ftranslator")
                .doesNotContain("plot")
                .doesNotContain("secret plans");
        assertThat(agents(alice, "/v1/agents?skill=plot")).isEmpty();
        assertThat(agents(alice, "/v1/agents?q=plots")).isEmpty();
        assertThat(agents(alice, "/v1/agents?skill=translate")).isNotEmpty();
        assertThat(agents(edge.agent("gamma", "carl"), "/v1/agents?skill=translate"))
                .isEmpty();
    }

    @Test
    void anAgentWithoutAGrantAndOneThatIsNotThereAreAnsweredAlike() throws Exception {
        HttpClient alice = edge.agent("acme", "alice");

        EdgeFixture.Answer there = EdgeFixture.send(alice, edge.get("/v1/agents/beta%2Ftranslator"));
        EdgeFixture.Answer missing = EdgeFixture.send(alice, edge.get("/v1/agents/beta%2Fnobody"));

        assertThat(there.status()).isEqualTo(404);
        assertThat(there.json()).isEqualTo(missing.json());
    }

    @Test
    void agentsComeFromWhereTheirTenantSaysOnly() throws Exception {
        edge.policies.put("acme", "{'network':{'sources':['10.0.0.0/8']}}");

        assertThat(EdgeFixture.send(edge.agent("acme", "alice"), edge.get("/v1/agents"))
                        .status())
                .isEqualTo(403);
        assertThat(edge.audit.refusals).anyMatch(note -> note.refusal() == Refusal.SOURCE_FORBIDDEN);
        assertThat(EdgeFixture.send(edge.agent("beta", "b"), edge.get("/v1/agents"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void agentsAreRegisteredWhereTheirTenantSaysOnly() throws Exception {
        edge.policies.put("beta", "{'network':{'agent-hosts':['*.beta.example']}}");

        EdgeFixture.Answer refused =
                EdgeFixture.send(edge.agent("beta", "other"), edge.post("/v1/agents/other", CARD.replace('\'', '"')));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().toString()).contains("HOST_FORBIDDEN");
    }

    @Test
    void case_33_headersThatClaimAnIdentityAreIgnoredAndNoted() throws Exception {
        for (String header :
                new String[] {"dmsc-tenant", "DMSC-Identity", "x-forwarded-client-cert", "Workload-Identity-Token"}) {
            HttpRequest request = edge.request("/v1/agents")
                    .header(header, "spiffe://beta.fabric.localhost/agent/translator")
                    .GET()
                    .build();
            edge.audit.refusals.clear();

            EdgeFixture.Answer answer = EdgeFixture.send(edge.agent("acme", "alice"), request);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().toString()).doesNotContain("beta");
            assertThat(edge.audit.refusals)
                    .anyMatch(note -> note.refusal() == Refusal.IDENTITY_MISMATCH
                            && note.actor().contains("acme"));
        }
    }

    @Test
    void case_35_headersThatNameAPlaceLeadNowhere() throws Exception {
        edge.exchange.onAsk(task -> task.end(TaskStateName.COMPLETED, "done"));
        HttpRequest request = edge.request("/message:send")
                .header("Reply-To", "dmsc.beta.events")
                .header("baggage", "topic=dmsc.beta.tasks")
                .header("tracestate", "dmsc=beta")
                .header("traceparent", "00-dmsc.beta.tasks-beta-01")
                .header("X-Callback-Url", "https://beta.example/")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"message\":{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"hi\"}]}}"))
                .build();

        EdgeFixture.Answer answer = EdgeFixture.send(edge.agent("acme", "alice"), request);

        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(200);
        FakeExchange.FakeTask asked = edge.exchange.asked.take();
        assertThat(asked.caller.tenant().value()).isEqualTo("acme");
        assertThat(new String(asked.message.message(), StandardCharsets.UTF_8) + asked.message.terms())
                .doesNotContain("beta");
    }

    private static Iterable<?> agents(HttpClient client, String path) throws Exception {
        return EdgeFixture.send(client, edge.get(path)).json().path("agents");
    }
}
