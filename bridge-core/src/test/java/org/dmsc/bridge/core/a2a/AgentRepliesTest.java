package org.dmsc.bridge.core.a2a;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.Test;

/** What agents answer, read or refused. */
final class AgentRepliesTest {

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_000), ZoneOffset.UTC);
    private static final TaskKey KEY = new TaskKey("fabric-task", "fabric-context");

    private final AgentReplies replies = AgentReplies.ofServer(KEY, CLOCK);

    @Test
    void makesADirectMessageTheResult() {
        List<AgentReply> read =
                read("{'message':{'messageId':'x','role':'ROLE_USER','taskId':'own','parts':[{'text':'hi'}]}}");

        assertThat(read).hasSize(1);
        assertThat(read.get(0).state()).contains(TaskStateName.COMPLETED);
        assertThat(read.get(0).streamResponse().toString())
                .contains(
                        "\"taskId\":\"fabric-task\"",
                        "\"contextId\":\"fabric-context\"",
                        "ROLE_AGENT",
                        "1970-01-01T00:00:01Z")
                .doesNotContain("own")
                .doesNotContain("ROLE_USER");
        assertThat(replies.finished()).isTrue();
    }

    @Test
    void takesATaskApartIntoArtifactsAndStatus() {
        List<AgentReply> read = read(
                "{'task':{'id':'own','status':{'state':'TASK_STATE_COMPLETED'},"
                        + "'artifacts':[{'artifactId':'1','parts':[{'text':'a'}]},{'artifactId':'2','parts':[{'text':'b'}]}]}}");

        assertThat(read)
                .extracting(AgentReply::state)
                .containsExactly(Optional.empty(), Optional.empty(), Optional.of(TaskStateName.COMPLETED));
        assertThat(replies.agentTaskId()).contains("own");
    }

    @Test
    void ignoresAndCountsWhatComesAfterTheEnd() {
        read(status("own", "TASK_STATE_COMPLETED"));

        assertThat(read(status("own", "TASK_STATE_FAILED"))).isEmpty();
        assertThat(read("{'garbage':1}")).isEmpty();
        assertThat(replies.ignored()).isEqualTo(2);
    }

    @Test
    void refusesAnotherTaskId() {
        read(status("own", "TASK_STATE_WORKING"));

        assertRefused(status("another", "TASK_STATE_COMPLETED"), "another");
        assertThatThrownBy(() -> AgentReplies.ofRequester(KEY, CLOCK)
                        .read(SendRequestsTest.json(status("own", "TASK_STATE_WORKING"))))
                .hasMessageContaining("fabric-task");
    }

    @Test
    void keepsTheFlagsOfArtifactUpdatesAndStripsReservedMetadata() {
        List<AgentReply> read = read(
                "{'artifactUpdate':{'taskId':'own','contextId':'c','append':true,'lastChunk':true,"
                        + "'artifact':{'artifactId':'1','parts':[{'text':'a'}],'metadata':{'dmsc-x':1,'urn:dmsc:ext:delegation:1':{},'k':2}}}}");

        assertThat(read.get(0).streamResponse().toString())
                .contains("\"append\":true", "\"lastChunk\":true", "\"k\":2")
                .doesNotContain("dmsc");
    }

    @Test
    void refusesWhatIsNotA2aOneDotZero() {
        for (String answer : List.of(
                "{}",
                "{'kind':'task','id':'x'}",
                "{'task':{},'message':{}}",
                "{'task':'x'}",
                "{'task':{'status':{'state':'TASK_STATE_WORKING'}}}",
                "{'task':{'id':'x'}}",
                "{'task':{'id':'x','status':{}}}",
                "{'task':{'id':'x','status':{'state':'working'}}}",
                "{'task':{'id':'x','status':{'state':'TASK_STATE_UNSPECIFIED'}}}",
                "{'task':{'id':'x','status':{'state':'TASK_STATE_WORKING'},'artifacts':[{'parts':[{'text':'a'}]}]}}",
                "{'task':{'id':'x','status':{'state':'TASK_STATE_WORKING'},'artifacts':[{'artifactId':'1','parts':[]}]}}",
                "{'message':{'role':'ROLE_AGENT','parts':[{'text':'a'}]}}",
                "{'statusUpdate':{'taskId':'x','status':{'state':'TASK_STATE_WORKING','message':{'parts':[]}}}}",
                "{'artifactUpdate':{'taskId':'x'}}")) {
            assertRefused(answer, "expected");
        }
    }

    private void assertRefused(String answer, String words) {
        assertThatThrownBy(() -> read(answer))
                .as(answer)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INVALID_AGENT_RESPONSE))
                .hasMessageContaining(words);
    }

    private List<AgentReply> read(String answer) {
        return replies.read(SendRequestsTest.json(answer));
    }

    private static String status(String id, String state) {
        return "{'statusUpdate':{'taskId':'" + id + "','contextId':'c','status':{'state':'" + state + "'}}}";
    }
}
