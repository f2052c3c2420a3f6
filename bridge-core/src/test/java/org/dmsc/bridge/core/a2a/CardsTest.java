package org.dmsc.bridge.core.a2a;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmsc.bridge.core.Assignment;
import org.dmsc.bridge.core.Failure;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Cards in and out, and tasks out. */
final class CardsTest {

    private static final String CARD = "{'name':'n','description':'d','version':'1','supportedInterfaces':["
            + "{'url':'wss://h:1/','protocolBinding':'urn:x:websocket','protocolVersion':'1.0'},"
            + "{'url':'https://h:1/a','protocolBinding':'JSONRPC','protocolVersion':'1.0'}],"
            + "'capabilities':{'streaming':true,'extensions':[{'uri':'urn:dmsc:ext:delegation:1','params':{'capacity':9,"
            + "'idempotentSkills':['s']}}]},'signatures':[{'protected':'x','signature':'y'}],"
            + "'skills':[{'id':'s','name':'S','description':'does s','tags':['t']}]}";

    @Test
    void takesOutWhatTheFabricWorksWith() {
        AgentRegistration registration = read(CARD);

        assertThat(registration.getUrl()).isEqualTo("https://h:1/a");
        assertThat(registration.getStreaming()).isTrue();
        assertThat(registration.getCapacity()).isEqualTo(9);
        assertThat(registration.getSkills().get(0).getIdempotent()).isTrue();
        assertThat(registration.getPlainHttp()).isFalse();
    }

    @Test
    void takesTheFirstInterfaceThatTheFabricSpeaks() {
        String jsonRpc = "{'url':'https://h:1/a','protocolBinding':'JSONRPC','protocolVersion':'1.0'}";
        AgentRegistration grpc = read(CARD.replace(
                jsonRpc, "{'url':'h:2','protocolBinding':'GRPC','protocolVersion':'1.0','tenant':'t/u'}," + jsonRpc));
        AgentRegistration rest = read(CARD.replace(
                jsonRpc,
                "{'url':'h:2','protocolBinding':'GRPC','protocolVersion':'0.2'},"
                        + "{'url':'https://h:3/r','protocolBinding':'HTTP+JSON','protocolVersion':'1.0.1'},"
                        + jsonRpc));

        assertThat(read(CARD).getEndpoint()).isNull();
        assertThat(grpc.getUrl()).isEqualTo("https://h:2");
        assertThat(grpc.getEndpoint().getBinding()).isEqualTo("GRPC");
        assertThat(grpc.getEndpoint().getInterfaceTenant()).isEqualTo("t/u");
        assertThat(rest.getUrl()).isEqualTo("https://h:3/r");
        assertThat(rest.getEndpoint().getBinding()).isEqualTo("HTTP+JSON");
    }

    @Test
    void readsACardOfAnOlderVersion() {
        String old =
                "{'name':'n','description':'d','protocolVersion':'0.3.0','url':'grpc.h:1','preferredTransport':'GRPC',"
                        + "'additionalInterfaces':[{'url':'https://h:2/v','transport':'HTTP+JSON'}],'skills':[]}";

        AgentRegistration registration = read(old);
        AgentRegistration second = read(old.replace("'GRPC'", "'OTHER'"));

        assertThat(registration.getUrl()).isEqualTo("https://grpc.h:1");
        assertThat(registration.getEndpoint().getBinding()).isEqualTo("GRPC");
        assertThat(registration.getEndpoint().getProtocolVersion()).isEqualTo("0.3");
        assertThat(second.getUrl()).isEqualTo("https://h:2/v");
        assertThat(second.getEndpoint().getBinding()).isEqualTo("HTTP+JSON");
    }

    @Test
    void findsAnAgentWithoutSkillsByWhatItSaysOfItself() {
        assertThat(read(CARD.replace(
                                "'skills':[{'id':'s','name':'S','description':'does s','tags':['t']}]", "'skills':[]"))
                        .getSkills())
                .hasSize(1);
    }

    @Test
    void refusesBadCardsNamingTheField() {
        Map<String, String> cards = Map.of(
                CARD.replace("'name':'n',", ""), "card.name",
                CARD.replace("'description':'d',", ""), "card.description",
                CARD.replace("JSONRPC", "urn:other"), "card.supportedInterfaces",
                CARD.replace("'1.0'}],", "'0.2'}],"), "card.supportedInterfaces",
                CARD.replace("https://h:1/a", "http://h:1/a"), "card.supportedInterfaces[1].url",
                CARD.replace("https://h:1/a", "https://u@h:1/a"), "card.supportedInterfaces[1].url",
                CARD.replace("'id':'s',", ""), "card.skills[0].id",
                CARD.replace("'capacity':9", "'capacity':0"), "capacity",
                CARD.replace("'streaming':true", "'streaming':'yes'"), "card.capabilities.streaming",
                CARD.replace("['t']}]", "['t']},{'id':'s','name':'T'}]"), "second time");
        cards.forEach((card, field) -> assertThatThrownBy(() -> read(card))
                .as(card)
                .hasMessageContaining(field)
                .hasMessageContaining("expected"));
    }

    @Test
    @DisplayName("case 68: a card with 100,000 skills is refused")
    void refusesACardWithMoreSkillsThanAnybodyHas() {
        StringBuilder many = new StringBuilder("'skills':[");
        for (int i = 0; i < 100_000; i++) {
            many.append(i == 0 ? "" : ",").append("{'id':'s").append(i).append("','name':'S'}");
        }
        String card = CARD.substring(0, CARD.indexOf("'skills':[")) + many + "]}";

        assertThatThrownBy(() -> read(card)).hasMessageContaining("card.skills").hasMessageContaining("at most 256");
    }

    @Test
    void publishesACardWithTheGatewaysAddressesOnly() {
        ObjectNode published = PublishedCards.agent(snapshot(), "https://acme.fabric.localhost:8443");

        assertThat(published.toString())
                .contains("https://acme.fabric.localhost:8443/agents/a", "originalSha256", "mtlsSecurityScheme")
                .doesNotContain("https://h:1/a")
                .doesNotContain("signature");
        assertThat(published.path("skills")).hasSize(1);
    }

    @Test
    void writesATaskWithWhatIsKnownOfIt() {
        TaskView view = new TaskView(
                "id",
                "context",
                TaskStateName.FAILED,
                Optional.empty(),
                List.of(bytes("{'artifactId':'1'}")),
                List.of(bytes("{'messageId':'1'}"), bytes("{'messageId':'2'}")),
                1_000,
                Optional.of(new Assignment(AgentRef.of("acme", "a"), "s", 2, List.of("less loaded"))),
                Optional.of(new Failure(Refusal.ALL_TRIED, "nobody left")));

        ObjectNode task = Tasks.task(view, OptionalInt.of(1));

        assertThat(task.path("status").path("state").asText()).isEqualTo("TASK_STATE_FAILED");
        assertThat(task.path("status").path("timestamp").asText()).isEqualTo("1970-01-01T00:00:01Z");
        assertThat(task.path("status")
                        .path("message")
                        .path("parts")
                        .path(0)
                        .path("text")
                        .asText())
                .isEqualTo("nobody left");
        assertThat(task.path("history")).hasSize(1);
        assertThat(task.path("history").path(0).path("messageId").asText()).isEqualTo("2");
        assertThat(task.path("metadata")
                        .path(DelegationExtension.URI)
                        .path("assignee")
                        .asText())
                .isEqualTo("acme/a");
        assertThat(task.path("metadata")
                        .path(DelegationExtension.URI)
                        .path("refusal")
                        .asText())
                .isEqualTo("ALL_TRIED");
        assertThat(Tasks.task(view, OptionalInt.of(0)).has("history")).isFalse();
        assertThat(Tasks.task(view, OptionalInt.empty()).path("history")).hasSize(2);
    }

    private static byte[] bytes(String json) {
        return A2aJson.bytes(SendRequestsTest.json(json));
    }

    private static AgentSnapshot snapshot() {
        return AgentSnapshot.newBuilder()
                .setTenant("acme")
                .setAgent("a")
                .setRevision(1)
                .setRegistration(read(CARD))
                .setHealth(AgentHealth.UP)
                .setRegisteredAt(1)
                .setLastSeenAt(1)
                .setUpdatedAt(1)
                .build();
    }

    private static AgentRegistration read(String card) {
        ObjectNode json = SendRequestsTest.json(card);
        return Cards.registration(json, AgentChannel.A2A_HTTP, AgentHints.of(json, Optional.empty()));
    }
}
