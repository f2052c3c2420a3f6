package org.dmsc.node.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Cases 62, 63 and 73: every tenant tries every operation of the HTTP edge on every other. */
@ExtendWith(FabricExtension.class)
final class IsolationIT {

    private static final int FEW = 3;
    private static final int MANY = 50;

    /** What one tenant tries on another's agent {@code canary-<tenant>}, and on its tasks and records. */
    private static final Map<String, BiFunction<Participant, Neighbour, Answer>> OPERATIONS = operations();

    private record Neighbour(String tenant, String agent, String task, Participant participant, HttpAgent server)
            implements AutoCloseable {

        @Override
        public void close() {
            server.close();
        }
    }

    @Test
    @Timeout(120)
    void case_62_fewTenantsEveryPairEveryOperation(TestFabric fabric) {
        everyPair(fabric, "few", FEW);
    }

    @Test
    @Tag("long")
    @Timeout(1800)
    void case_62_fiftyTenantsEveryPairEveryOperation(TestFabric fabric) {
        everyPair(fabric, "many", MANY);
    }

    private static void everyPair(TestFabric fabric, String kind, int size) {
        List<Neighbour> all = new ArrayList<>();
        try {
            for (int i = 0; i < size; i++) {
                // Twins by prefix, on purpose (case 63).
                all.add(neighbour(fabric, "iso-" + kind + "-" + i / 2 + (i % 2 == 0 ? "" : "-x")));
            }
            int denials = 0;
            List<String> leaks = new ArrayList<>();
            for (Neighbour intruder : all) {
                for (Neighbour victim : all) {
                    if (intruder != victim) {
                        denials += tryAll(intruder, victim, leaks);
                    }
                }
            }
            System.out.println("case 62: " + size + " tenants, " + size * (size - 1) + " pairs, " + OPERATIONS.size()
                    + " operations: " + denials + " denials, " + leaks.size() + " leaks");
            assertThat(leaks).isEmpty();
            assertThat(denials).isEqualTo(size * (size - 1) * OPERATIONS.size());
            all.forEach(one -> assertThat(one.server().received()).hasSize(1));
        } finally {
            all.forEach(Neighbour::close);
        }
    }

    private static int tryAll(Neighbour intruder, Neighbour victim, List<String> leaks) {
        int denials = 0;
        for (Map.Entry<String, BiFunction<Participant, Neighbour, Answer>> operation : OPERATIONS.entrySet()) {
            Answer answer = operation.getValue().apply(intruder.participant(), victim);
            String said = answer.body() + answer.events().toString();
            boolean names = said.contains("secret-of-" + victim.tenant() + "-end") || said.contains(victim.task());
            boolean refused = answer.status() >= 400
                    || answer.body().has("error")
                    || answer.body().path("agents").isEmpty()
                            && answer.status() == 200
                            && answer.body().has("agents");
            if (names || !refused) {
                leaks.add(operation.getKey() + " of " + victim.tenant() + " by " + intruder.tenant() + ": " + answer);
            } else {
                denials++;
            }
        }
        return denials;
    }

    private static Neighbour neighbour(TestFabric fabric, String tenant) {
        fabric.createTenant(tenant);
        Credentials issued = fabric.addAgent(tenant, "worker");
        HttpAgent server = HttpAgent.start(issued, text -> "secret-of-" + tenant + "-end");
        String skill = "skill-" + tenant;
        fabric.register(
                issued,
                "worker",
                server,
                server.card("Worker", skill, "secret-of-" + tenant + "-end", "tag-" + tenant));
        Participant participant = fabric.as(issued);
        Participant alice = fabric.as(fabric.addAgent(tenant, "alice"));
        Answer done = alice.post("/message:send", Participant.ask("worker", "x"));
        assertThat(done.state()).as("%s", done).isEqualTo("COMPLETED");
        return new Neighbour(tenant, "worker", done.task().path("id").asText(), participant, server);
    }

    private static Map<String, BiFunction<Participant, Neighbour, Answer>> operations() {
        Map<String, BiFunction<Participant, Neighbour, Answer>> all = new LinkedHashMap<>();
        all.put("discover by skill", (me, it) -> me.get("/v1/agents?skill=skill-" + it.tenant()));
        all.put("discover by tag", (me, it) -> me.get("/v1/agents?tag=tag-" + it.tenant()));
        all.put("discover in tenant", (me, it) -> me.get("/v1/agents?tenant=" + it.tenant()));
        all.put("see agent", (me, it) -> me.get("/v1/agents/" + it.tenant() + "%2F" + it.agent()));
        all.put("see card", (me, it) -> me.get("/agents/" + it.tenant() + "%2Fworker/.well-known/agent-card.json"));
        all.put("delegate", (me, it) -> me.post("/message:send", ask(it)));
        all.put("delegate, stream", (me, it) -> me.stream("/message:stream", ask(it)));
        all.put("delegate, JSON-RPC", (me, it) -> me.call("/a2a", "SendMessage", ask(it)));
        all.put(
                "delegate by address",
                (me, it) -> me.post("/agents/" + it.tenant() + "%2Fworker/message:send", Participant.ask("x")));
        all.put("get task", (me, it) -> hideId(me.get("/tasks/" + it.task()), it));
        all.put("get task, JSON-RPC", (me, it) -> hideId(me.call("/a2a", "GetTask", id(it)), it));
        all.put("cancel task", (me, it) -> hideId(me.post("/tasks/" + it.task() + ":cancel", "{}"), it));
        all.put("subscribe to task", (me, it) -> hideId(me.stream("/tasks/" + it.task() + ":subscribe", none()), it));
        all.put("continue task", (me, it) -> hideId(me.post("/message:send", followUp(it)), it));
        all.put(
                "explain task",
                (me, it) -> hideId(me.get("/v1/tasks/" + it.task() + "/explain?tenant=" + it.tenant()), it));
        all.put("read audit", (me, it) -> me.get("/v1/audit?tenant=" + it.tenant()));
        all.put("register as", (me, it) -> me.post("/v1/agents/intruder?tenant=" + it.tenant(), none()));
        all.put("unregister", (me, it) -> me.delete("/v1/agents/" + it.tenant() + "%2Fworker"));
        all.put("list tenants", (me, it) -> me.get("/v1/config/tenants"));
        all.put("read document", (me, it) -> me.get("/v1/config/tenants/" + it.tenant()));
        all.put(
                "write document",
                (me, it) -> me.put("/v1/config/tenants/" + it.tenant(), none().put("tenant", it.tenant())));
        all.put("list agents of", (me, it) -> me.get("/v1/config/tenants/" + it.tenant() + "/agents"));
        all.put(
                "issue credentials",
                (me, it) -> me.post("/v1/config/tenants/" + it.tenant() + "/agents/worker/credentials", none()));
        all.put("metrics", (me, it) -> me.get("/metrics"));
        all.put("status", (me, it) -> me.get("/v1/status"));
        return all;
    }

    private static ObjectNode ask(Neighbour it) {
        return Participant.ask(it.tenant() + "/" + it.agent(), "x");
    }

    private static ObjectNode followUp(Neighbour it) {
        ObjectNode ask = Participant.ask("x");
        ((ObjectNode) ask.get("message"))
                .put("taskId", it.task())
                .put("messageId", UUID.randomUUID().toString());
        return ask;
    }

    /** The refusal may repeat the id that it was asked about: that tells nothing. */
    private static Answer hideId(Answer answer, Neighbour it) {
        ObjectNode hidden = none();
        answer.body().properties().forEach(entry -> hidden.set(entry.getKey(), entry.getValue()));
        return hidden.toString().contains("status\":{\"state")
                        || !answer.events().isEmpty()
                                && answer.events().toString().contains("artifact")
                ? answer
                : new Answer(answer.status(), without(hidden, it.task()), List.of());
    }

    private static ObjectNode without(ObjectNode body, String id) {
        try {
            return (ObjectNode) new com.fasterxml.jackson.databind.ObjectMapper()
                    .readTree(body.toString().replace(id, "ID"));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode id(Neighbour it) {
        return none().put("id", it.task());
    }

    private static ObjectNode none() {
        return JsonNodeFactory.instance.objectNode();
    }
}
