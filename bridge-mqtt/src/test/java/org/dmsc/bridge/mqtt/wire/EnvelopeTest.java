package org.dmsc.bridge.mqtt.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.TaskKey;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.Test;

final class EnvelopeTest {

    @Test
    void readsAnEnvelope() {
        Envelope envelope = read(
                "{'v':1,'type':'request','id':'i','to':'billing','operation':'GetTask','timeoutMs':5,'parameters':{'A2A-Version':'1.0'},'body':{'id':'t'}}");

        assertThat(envelope.type()).isEqualTo(Envelope.Type.REQUEST);
        assertThat(envelope.to()).contains("billing");
        assertThat(envelope.operation()).contains("GetTask");
        assertThat(envelope.timeout().orElseThrow().toMillis()).isEqualTo(5);
        assertThat(envelope.parameter("a2a-version")).contains("1.0");
        assertThat(envelope.body().path("id").asText()).isEqualTo("t");
        assertThat(envelope.toString()).doesNotContain("1.0");
    }

    @Test
    void namesTheMemberThatIsWrong() {
        for (String[] example : new String[][] {
            {"v", "{'type':'ack','id':'i'}"},
            {"v", "{'v':'1','type':'ack','id':'i'}"},
            {"id", "{'v':1,'type':'ack'}"},
            {"id", "{'v':1,'type':'ack','id':'a b'}"},
            {"type", "{'v':1,'id':'i'}"},
            {"ref", "{'v':1,'type':'reply','id':'i','ref':7}"},
            {"timeoutMs", "{'v':1,'type':'request','id':'i','timeoutMs':0}"},
            {"body", "{'v':1,'type':'request','id':'i','body':[]}"}
        }) {
            assertThatThrownBy(() -> read(example[1]))
                    .as(example[1])
                    .isInstanceOfSatisfying(RefusedException.class, e -> {
                        assertThat(e.refusal()).isEqualTo(Refusal.INVALID_REQUEST);
                        assertThat(e.sentence()).startsWith(example[0] + ":").contains("expected");
                    });
        }
    }

    @Test
    void writesWhatItCanRead() {
        ObjectNode written = Envelope.answer(Envelope.Type.REPLY, "i", Optional.of("r"), json("{'task':{}}"));

        Envelope envelope = Envelope.read(written);

        assertThat(envelope.type()).isEqualTo(Envelope.Type.REPLY);
        assertThat(envelope.ref()).contains("r");
    }

    @Test
    void fillsInWhatSmallDevicesLeaveOut() {
        Envelope request = read("{'v':1,'type':'request','id':'i','body':{'message':{'parts':[{'text':'x'}]}}}");
        assertThat(ShortForms.request(request).path("message"))
                .isEqualTo(json("{'parts':[{'text':'x'}],'messageId':'i','role':'ROLE_USER','taskId':'i'}"));

        Optional<TaskKey> task = Optional.of(new TaskKey("t", "c"));
        Envelope reply = read("{'v':1,'type':'reply','id':'i','ref':'r','body':{'text':'21'}}");
        assertThat(ShortForms.reply(reply, task))
                .isEqualTo(json("{'message':{'parts':[{'text':'21'}],'messageId':'i','role':'ROLE_AGENT'}}"));

        Envelope event = read(
                "{'v':1,'type':'event','id':'i','ref':'r','body':{'statusUpdate':{'status':{'state':'TASK_STATE_WORKING'}}}}");
        assertThat(ShortForms.event(event, task).at("/statusUpdate/taskId").asText())
                .isEqualTo("t");
    }

    @Test
    void leavesWhatIsThere() {
        Envelope event = read("{'v':1,'type':'event','id':'i','ref':'r','body':{'artifactUpdate':{'taskId':'mine'}}}");

        assertThat(ShortForms.event(event, Optional.of(new TaskKey("t", "c")))
                        .at("/artifactUpdate/taskId")
                        .asText())
                .isEqualTo("mine");
    }

    private static Envelope read(String text) {
        return Envelope.read(json(text));
    }

    private static ObjectNode json(String text) {
        return A2aJson.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
