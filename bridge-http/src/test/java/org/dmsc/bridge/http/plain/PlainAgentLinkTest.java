package org.dmsc.bridge.http.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.FakeAudit;
import org.dmsc.bridge.http.Identities;
import org.dmsc.bridge.http.agents.RecordingSink;
import org.dmsc.bridge.http.fetch.WebFetcher;
import org.dmsc.bridge.http.fetch.WebFetcherParts;
import org.dmsc.bridge.http.fetch.WebServer;
import org.dmsc.bridge.http.inbox.Deliveries;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.fetch.FetchPolicy;
import org.dmsc.tenant.fetch.FetchRules;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP services without A2A, over real TLS: what is sent to them, and what their answers mean. */
final class PlainAgentLinkTest {

    private static final String MESSAGE = "{'messageId':'m','role':'ROLE_USER','parts':[{'text':'Köln & Bonn'},"
            + "{'data':{'days':3,'town':'Köln'}}]}";

    @TempDir
    static Path dir;

    static WebServer server;
    static WebFetcher fetcher;
    static PlainAgentLink link;
    static final AtomicReference<String> request = new AtomicReference<>("");

    @BeforeAll
    static void start() throws IOException {
        Identities identities = new Identities(dir);
        identities.addTenant("acme");
        IssuedIdentity gateway = identities.gateway();
        server = new WebServer(identities.ssl(Optional.of(gateway)));
        FetchPolicy policy = new FetchPolicy(
                Set.of(443), List.of(), Set.of("localhost:" + server.port()), Duration.ofSeconds(10), 4096);
        fetcher = new WebFetcher(
                new WebFetcherParts(
                        new FetchRules(policy, (tenant, host) -> true),
                        host -> List.of(InetAddress.getByName("127.0.0.1")),
                        List.of(identities.root()),
                        () -> gateway,
                        identities.peers,
                        new FakeAudit(),
                        SpiffeId.node(identities.domain, "gateway", "g1"),
                        identities.clock),
                WebFetcher.Volume.WORK);
        link = new PlainAgentLink(fetcher, identities.clock);
    }

    @AfterAll
    static void stop() {
        fetcher.close();
        server.close();
    }

    @Test
    void fillsTheQueryOfAGetAndTakesItsAnswerFromAPlaceInIt() throws Exception {
        answer(200, "application/json", "{'now':{'summary':'rain'}}");

        RecordingSink sink = call("{'method':'GET','url':'" + at("/v2/{skill}/now?town={text}&d={/parts/1/data/days}")
                + "','headers':{'x-api-key':'k-1'},'answer':'/now/summary'}");

        assertThat(request.get())
                .startsWith("GET /v2/weather/now?town=K%C3%B6ln+%26+Bonn&d=3 ")
                .contains("x-api-key=[k-1]")
                .contains("idempotency-key=[t.1]");
        assertThat(sink.states).containsExactly(Optional.empty(), Optional.of(TaskStateName.COMPLETED));
        assertThat(sink.updates.get(0)).contains("\"text\":\"rain\"");
    }

    @Test
    void fillsAJsonBodyWithValuesOfTheirOwnKind() throws Exception {
        answer(200, "application/json", "{'a':[1,2]}");

        RecordingSink sink = call(
                "{'url':'" + at("/do") + "','body':{'town':'{/parts/1/data/town}','days':"
                        + "'{/parts/1/data/days}','who':'for {caller}','none':'{/nothing}','list':['{data}'],'{x}':'{ not a place }'}}");

        assertThat(request.get()).startsWith("POST /do ").contains("content-type=[application/json]");
        String body = request.get().substring(request.get().indexOf("\n") + 1);
        assertThat(A2aJson.parse(body.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(A2aJson.parse(quoted("{'town':'Köln','days':3,'who':'for acme/caller','none':null,"
                                + "'list':[{'days':3,'town':'Köln'}],'{x}':'{ not a place }'}")
                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(sink.updates.get(0)).contains("\"data\":{\"a\":[1,2]}");
    }

    @Test
    void readsHowItWentFromTheAnswerOrFromItsStatus() throws Exception {
        String plain =
                "{'url':'" + at("/") + "','state':{'at':'/status','is':{'more':'INPUT_REQUIRED','bad':'FAILED'}},"
                        + "'statuses':{'404':'COMPLETED','5xx':'UNAVAILABLE'}}";

        answer(200, "application/json", "{'status':'more'}");
        assertThat(call(plain).states).containsExactly(Optional.of(TaskStateName.INPUT_REQUIRED));
        answer(200, "application/json", "{'status':'bad'}");
        assertThat(call(plain).states).containsExactly(Optional.of(TaskStateName.FAILED));
        answer(200, "application/json", "{'status':'unheard of'}");
        assertThat(call(plain).refusal).contains(Refusal.INVALID_AGENT_RESPONSE);
        answer(404, "text/plain", "nothing found");
        assertThat(call(plain).states).contains(Optional.of(TaskStateName.COMPLETED));
        answer(500, "text/plain", "oops");
        RecordingSink unavailable = call(plain);
        assertThat(unavailable.refusal).contains(Refusal.UNDELIVERABLE);
        assertThat(unavailable.certainty).contains(Certainty.CERTAIN);
    }

    @Test
    void takesStatusesForWhatTheyUsuallyMean() throws Exception {
        String plain = "{'url':'" + at("/") + "'}";

        answer(422, "application/json", "'no such town'");
        assertThat(call(plain).states).containsExactly(Optional.of(TaskStateName.REJECTED));
        answer(429, "text/plain", "");
        assertThat(call(plain).certainty).contains(Certainty.CERTAIN);
        answer(500, "text/plain", "");
        RecordingSink failed = call(plain);
        assertThat(failed.refusal).contains(Refusal.AGENT_FAILED);
        assertThat(failed.certainty).contains(Certainty.UNCERTAIN);
        answer(302, "text/plain", "");
        assertThat(call(plain).refusal).contains(Refusal.AGENT_FAILED);
        answer(200, "image/png", "png");
        assertThat(call(plain).updates.get(0)).contains("\"raw\":\"cG5n\"").contains("image/png");
        answer(200, "application/json", "{broken");
        assertThat(call(plain).refusal).contains(Refusal.INVALID_AGENT_RESPONSE);
    }

    @Test
    void knowsWhetherACutCallMayHaveDoneTheWork() throws Exception {
        server.script = exchange -> {};

        RecordingSink posted = call("{'url':'" + at("/") + "','timeoutMs':500}");
        RecordingSink got = call("{'method':'GET','url':'" + at("/") + "','timeoutMs':500}");

        assertThat(posted.refusal).contains(Refusal.AGENT_LOST);
        assertThat(posted.certainty).contains(Certainty.UNCERTAIN);
        assertThat(got.certainty).contains(Certainty.CERTAIN);
    }

    @Test
    @Tag("case-80")
    @DisplayName(
            "cases 78 and 80: a plain service is called under the fetcher's rules, and no value leads anywhere else")
    void callsNothingThatMayNotBeCalled() throws Exception {
        int before = server.requests.get();
        String elsewhere = "{'url':'https://other.test/'}";

        RecordingSink refused = call(elsewhere);

        assertThat(refused.refusal).contains(Refusal.UNDELIVERABLE);
        assertThat(refused.certainty).contains(Certainty.CERTAIN);
        assertThat(refused.reason).contains("not public");
        RecordingSink dots = call("{'url':'" + at("/a/{/messageId}/b") + "'}", MESSAGE.replace("'m'", "'..'"));
        assertThat(dots.refusal).contains(Refusal.UNDELIVERABLE);
        assertThat(server.requests).hasValue(before);
    }

    @Test
    void refusesRegistrationsThatCannotBeMeant() {
        for (String bad : List.of(
                "{}",
                "{'url':'http://localhost/'}",
                "{'url':'https://{text}/'}",
                "{'url':'https://localhost:{text}/'}",
                "{'url':'https://localhost{text}'}",
                "{'url':'https://a@localhost/'}",
                "{'url':'https://localhost/{nonsense}'}",
                "{'url':'https://localhost/','method':'DELETE'}",
                "{'url':'https://localhost/','method':'GET','body':{}}",
                "{'url':'https://localhost/','headers':{'Host':'x'}}",
                "{'url':'https://localhost/','headers':{'dmsc-tenant':'x'}}",
                "{'url':'https://localhost/','headers':{'x':'a\\r\\nb: c'}}",
                "{'url':'https://localhost/','answer':'no pointer'}",
                "{'url':'https://localhost/','statuses':{'4x':'FAILED'}}",
                "{'url':'https://localhost/','statuses':{'404':'WORKING'}}",
                "{'url':'https://localhost/','state':{'is':{}}}",
                "{'url':'https://localhost/','body':{'a':['{nonsense}']}}",
                "{'url':'https://localhost/','timeout':5}")) {
            assertThatThrownBy(() -> PlainCall.parse(quoted(bad))).as(bad).isInstanceOf(RefusedException.class);
        }
    }

    private static String at(String path) {
        return "https://localhost:" + server.port() + path;
    }

    private static void answer(int status, String type, String body) {
        server.script = exchange -> {
            request.set(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + headers(exchange) + "\n"
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] bytes = quoted(body).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    private static String headers(HttpExchange exchange) {
        StringBuilder all = new StringBuilder();
        exchange.getRequestHeaders()
                .forEach((name, values) -> all.append(name.toLowerCase(java.util.Locale.ROOT))
                        .append('=')
                        .append(values)
                        .append(' '));
        return all.toString();
    }

    private static RecordingSink call(String plain) throws InterruptedException {
        return call(plain, MESSAGE);
    }

    private static RecordingSink call(String plain, String message) throws InterruptedException {
        AgentSnapshot worker = Deliveries.worker(Reach.PLAIN_HTTP);
        AgentSnapshot agent = AgentSnapshot.newBuilder(worker)
                .setRegistration(AgentRegistration.newBuilder(worker.getRegistration())
                        .setPlainCall(quoted(plain))
                        .build())
                .build();
        Delivery delivery = Delivery.newBuilder(Deliveries.delivery("t", DeliveryKind.TASK, System.currentTimeMillis()))
                .setSkill("weather")
                .build();
        RecordingSink sink = new RecordingSink();
        link.deliver(new DeliveryOrder(delivery, agent, quoted(message).getBytes(StandardCharsets.UTF_8)), sink);
        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
        return sink;
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }
}
