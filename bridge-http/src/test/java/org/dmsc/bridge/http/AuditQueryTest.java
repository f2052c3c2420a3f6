package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole logs in pages and counted: who sees whose. */
class AuditQueryTest {

    @TempDir
    static Path dir;

    static EdgeFixture edge;

    @BeforeAll
    static void start() {
        edge = new EdgeFixture(dir);
        edge.policies.put("acme", "{'administrators':['boss']}");
        edge.audit.events.add(event("acme", "billing", AuditKind.DECISION));
        edge.audit.events.add(any("beta", "billing", AuditKind.DECISION)
                .setTaskId("task-of-beta")
                .build());
        edge.audit.events.add(refusal("acme", "billing-2"));
        edge.audit.events.add(event("acme", "support", AuditKind.OUTCOME));
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    private static AuditEvent.Builder any(String tenant, String agent, AuditKind kind) {
        return AuditEvent.newBuilder()
                .setEventId(tenant + agent + kind)
                .setTenant(tenant)
                .setTime(1)
                .setKind(kind)
                .setActor("spiffe://" + tenant + ".fabric.localhost/agent/" + agent)
                .setNode("n")
                .setSkill("refunds");
    }

    private static AuditEvent event(String tenant, String agent, AuditKind kind) {
        return any(tenant, agent, kind).build();
    }

    private static AuditEvent refusal(String tenant, String agent) {
        return any(tenant, agent, AuditKind.REFUSAL)
                .setRefusal("QUOTA_EXCEEDED")
                .setDetails(Map.of("count", "41"))
                .build();
    }

    private static List<String> actors(JsonNode page) {
        return StreamSupport.stream(page.path("records").spliterator(), false)
                .map(record -> record.path("event").path("actor").asText())
                .toList();
    }

    @Test
    @DisplayName("an administrator of a tenant sees that tenant's records, and no word of another's")
    void anAdministratorSeesItsOwnTenantOnly() throws Exception {
        EdgeFixture.Answer own = EdgeFixture.send(edge.agent("acme", "boss"), edge.get("/v1/audit/query"));
        assertThat(actors(own.json())).hasSize(3).allMatch(actor -> actor.startsWith("spiffe://acme."));
        assertThat(own.json().path("last").asBoolean()).isTrue();
        for (String path : List.of("/v1/audit/query", "/v1/audit/stats", "/v1/audit")) {
            assertThat(EdgeFixture.send(edge.agent("acme", "boss"), edge.get(path + "?tenant=beta"))
                            .status())
                    .as(path)
                    .isEqualTo(404);
            assertThat(EdgeFixture.send(edge.agent("acme", "boss"), edge.get(path))
                            .json()
                            .toString())
                    .as(path)
                    .doesNotContain("beta");
        }
        assertThat(edge.audit.refusals).anyMatch(note -> note.refusal() == Refusal.CROSS_TENANT);
    }

    @Test
    @DisplayName("an administrator who knows the id of another tenant's task sees nothing of it, by any way")
    void anAdministratorSeesNoTaskOfAnotherTenant() throws Exception {
        for (String path : List.of(
                "/v1/audit?task=task-of-beta",
                "/v1/audit/query?task=task-of-beta",
                "/v1/audit/stats?task=task-of-beta",
                "/v1/tasks/task-of-beta/explain",
                "/v1/tasks/task-of-beta/explain?tenant=beta",
                "/v1/audit/query?agent=beta/billing&kind=DECISION")) {
            EdgeFixture.Answer answer = EdgeFixture.send(edge.agent("acme", "boss"), edge.get(path));
            assertThat(answer.status()).as(path).isIn(200, 404);
            if (answer.status() == 200) {
                assertThat(answer.json().toString()).as(path).doesNotContain("spiffe://", "\"name\"");
            }
        }
        assertThat(EdgeFixture.send(edge.operator(), edge.get("/v1/tasks/task-of-beta/explain?tenant=beta"))
                        .status())
                .as("it is there")
                .isEqualTo(200);
    }

    @Test
    void allOfOneTaskIsListed() throws Exception {
        for (int i = 0; i < 300; i++) {
            edge.audit.events.add(any("many", "agent-" + i, AuditKind.DECISION)
                    .setTaskId("long-task")
                    .build());
        }

        assertThat(actors(EdgeFixture.send(edge.operator(), edge.get("/v1/audit?tenant=many&task=long-task"))
                        .json()))
                .hasSize(300);
        edge.audit.events.removeIf(event -> event.getTenant().equals("many"));
    }

    @Test
    void othersSeeNoLog() throws Exception {
        for (String path : List.of("/v1/audit/query", "/v1/audit/stats")) {
            assertThat(EdgeFixture.send(edge.agent("acme", "billing"), edge.get(path))
                            .status())
                    .as(path)
                    .isEqualTo(403);
            // Of the same name in another tenant.
            assertThat(EdgeFixture.send(edge.agent("beta", "boss"), edge.get(path))
                            .status())
                    .as(path)
                    .isEqualTo(403);
        }
    }

    @Test
    void filtersByAgentKindAndRefusalAndGoesOnFromACursor() throws Exception {
        assertThat(actors(EdgeFixture.send(edge.operator(), edge.get("/v1/audit/query?agent=billing"))
                        .json()))
                .as("not billing-2")
                .hasSize(2);
        assertThat(actors(EdgeFixture.send(edge.operator(), edge.get("/v1/audit/query?agent=acme/billing"))
                        .json()))
                .hasSize(1);
        assertThat(actors(EdgeFixture.send(edge.operator(), edge.get("/v1/audit/query?kind=refusal,outcome"))
                        .json()))
                .hasSize(2);
        assertThat(actors(EdgeFixture.send(edge.operator(), edge.get("/v1/audit/query?refusal=QUOTA_EXCEEDED"))
                        .json()))
                .hasSize(1);
        JsonNode first = EdgeFixture.send(edge.operator(), edge.get("/v1/audit/query?limit=3"))
                .json();
        JsonNode second = EdgeFixture.send(
                        edge.operator(),
                        edge.get("/v1/audit/query?limit=3&cursor="
                                + first.path("cursor").asText()))
                .json();
        assertThat(actors(first)).hasSize(3);
        assertThat(actors(second)).hasSize(1);
        for (String bad : List.of("limit=0", "limit=1001", "since=yesterday", "agent=%2F", "kind=X")) {
            assertThat(EdgeFixture.send(edge.operator(), edge.get("/v1/audit/query?" + bad))
                            .status())
                    .as(bad)
                    .isEqualTo(400);
        }
    }

    @Test
    void countsWhatAFloodStandsFor() throws Exception {
        JsonNode stats = EdgeFixture.send(edge.agent("acme", "boss"), edge.get("/v1/audit/stats"))
                .json();

        assertThat(stats.path("records").asInt()).isEqualTo(3);
        assertThat(stats.path("refusals").path(0).path("count").asInt()).isEqualTo(41);
        assertThat(stats.path("kinds")).hasSize(3);
    }
}
