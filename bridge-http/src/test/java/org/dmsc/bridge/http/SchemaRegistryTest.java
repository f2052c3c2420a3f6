package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The REST interface of Confluent's registry, with its codes, over the real edge. */
@Tag("case-74")
class SchemaRegistryTest {

    private static final String ONE = record("");
    private static final String TWO = record(",{'name':'b','type':'int','default':0}");
    private static final String WORSE = record(",{'name':'c','type':'int'}");
    private static final String S = "/subjects/dmsc.audit-value";

    @TempDir
    Path dir;

    private EdgeFixture edge;
    private HttpClient operator;
    private HttpClient tenant;

    @BeforeEach
    void start() {
        edge = new EdgeFixture(dir);
        operator = edge.operator();
        tenant = edge.agent("acme", "reader");
    }

    @AfterEach
    void stop() {
        edge.close();
    }

    private static String record(String more) {
        return "{'type':'record','name':'R','namespace':'x','fields':[{'name':'a','type':'string'}" + more + "]}";
    }

    private static String body(String schema) {
        return A2aJson.object().put("schema", schema.replace('\'', '"')).toString();
    }

    private EdgeFixture.Answer ask(HttpClient who, String path) throws Exception {
        return EdgeFixture.send(who, edge.get(path));
    }

    private EdgeFixture.Answer tell(HttpClient who, String path, String body) throws Exception {
        return EdgeFixture.send(who, edge.post(path, body));
    }

    private EdgeFixture.Answer put(HttpClient who, String path, String body) throws Exception {
        return EdgeFixture.send(
                who,
                edge.request(path)
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    private static void refused(EdgeFixture.Answer answer, int code) {
        assertThat(answer.status()).isEqualTo(code / 100);
        assertThat(answer.json().path("error_code").asInt()).isEqualTo(code);
        assertThat(answer.json().path("message").asText()).isNotEmpty();
    }

    @Test
    void registersAndFindsByIdVersionAndText() throws Exception {
        assertThat(tell(operator, S + "/versions", body(ONE)).json().toString()).isEqualTo("{\"id\":1}");
        assertThat(tell(operator, S + "/versions?normalize=false", body(TWO))
                        .json()
                        .path("id")
                        .asInt())
                .isEqualTo(2);
        assertThat(tell(operator, S + "/versions", body(ONE.replace(",", " , ")))
                        .json()
                        .path("id")
                        .asInt())
                .as("the same schema with other spaces")
                .isEqualTo(1);

        JsonNode latest = ask(tenant, S + "/versions/latest").json();
        assertThat(latest.path("version").asInt()).isEqualTo(2);
        assertThat(latest.path("subject").asText()).isEqualTo("dmsc.audit-value");
        assertThat(ask(tenant, "/schemas/ids/1?fetchMaxId=false&subject=dmsc.audit-value")
                        .json()
                        .path("schema")
                        .asText())
                .isEqualTo(ONE.replace('\'', '"'));
        assertThat(tell(tenant, S + "?deleted=false", body(ONE))
                        .json()
                        .path("version")
                        .asInt())
                .isEqualTo(1);
        assertThat(raw(tenant, S + "/versions")).isEqualTo("[1,2]");
        assertThat(raw(tenant, "/subjects")).isEqualTo("[\"dmsc.audit-value\"]");
        assertThat(raw(tenant, "/schemas/types")).isEqualTo("[\"AVRO\"]");
    }

    private String raw(HttpClient who, String path) throws Exception {
        HttpResponse<String> answer = who.send(edge.get(path), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/vnd.schemaregistry.v1+json"));
        return answer.body();
    }

    @Test
    void refusesWithTheCodesThatClientsKnow() throws Exception {
        refused(ask(tenant, S + "/versions/latest"), 40401);
        refused(ask(tenant, "/schemas/ids/9"), 40403);
        refused(ask(tenant, "/config/dmsc.audit-value"), 40408);
        var unused = tell(operator, S + "/versions", body(ONE));
        refused(ask(tenant, S + "/versions/7"), 40402);
        refused(ask(tenant, S + "/versions/x"), 42202);
        refused(tell(tenant, S, body(TWO)), 40403);
        refused(tell(operator, S + "/versions", body("{'type':'nope'}")), 42201);
        refused(tell(operator, S + "/versions", body(WORSE)), 40901);
        refused(put(operator, "/config", "{\"compatibility\":\"SOME\"}"), 42203);
        refused(put(operator, "/mode", "{\"mode\":\"READONLY\"}"), 42205);
    }

    @Test
    void judgesCompatibilityByTheSubjectsLevel() throws Exception {
        var unused = tell(operator, S + "/versions", body(ONE));
        String check = "/compatibility" + S + "/versions/latest?verbose=true";

        assertThat(ask(tenant, "/config").json().path("compatibilityLevel").asText())
                .isEqualTo("FULL_TRANSITIVE");
        assertThat(tell(tenant, check, body(TWO)).json().path("is_compatible").asBoolean())
                .isTrue();
        JsonNode worse = tell(tenant, check, body(WORSE)).json();
        assertThat(worse.path("is_compatible").asBoolean()).isFalse();
        assertThat(worse.path("messages").path(0).asText()).contains("READER_FIELD_MISSING_DEFAULT_VALUE");
        assertThat(put(operator, "/config/dmsc.audit-value", "{\"compatibility\":\"FORWARD\"}")
                        .status())
                .isEqualTo(200);
        assertThat(tell(tenant, check, body(WORSE)).json().path("is_compatible").asBoolean())
                .isTrue();
    }

    @Test
    void tenantsReadAndDoNotWriteAndSeeNoOthersSubjects() throws Exception {
        assertThat(tell(tenant, S + "/versions", body(ONE)).status()).isEqualTo(403);
        assertThat(put(tenant, "/config", "{\"compatibility\":\"NONE\"}").status())
                .isEqualTo(403);
        assertThat(ask(edge.nobody(), "/subjects").status()).isEqualTo(401);
        var unused = tell(operator, "/subjects/dmsc.beta.tasks-value/versions", body(ONE));
        var unused2 = tell(operator, "/subjects/dmsc.acme.audit-value/versions", body(ONE));

        assertThat(raw(tenant, "/subjects")).isEqualTo("[\"dmsc.acme.audit-value\"]");
        refused(ask(tenant, "/subjects/dmsc.beta.tasks-value/versions"), 40401);
        assertThat(raw(tenant, "/schemas/ids/1/versions")).doesNotContain("beta");
    }
}
