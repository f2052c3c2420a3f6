package org.dmsc.node.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.Test;

final class A2aTaskTest {

    @Test
    void readsStateAnswerAndDelegation() throws Exception {
        A2aTask task = task("""
                {"id":"t1","status":{"state":"TASK_STATE_COMPLETED","message":{"parts":[{"text":"bye"}]}},
                 "artifacts":[{"parts":[{"text":"one"},{"text":"two"}]}],
                 "metadata":{"urn:dmsc:ext:delegation:1":{"assignee":"spiffe://acme.fabric.localhost/agent/billing","attempt":2,"reasons":["best text"]}}}""");

        assertThat(task.completed()).isTrue();
        assertThat(task.answer()).isEqualTo("one two bye");
        assertThat(task.assignee()).isEqualTo("billing");
        assertThat(task.attempt()).isEqualTo(2);
        assertThat(task.reasons()).containsExactly("best text");
    }

    @Test
    void readsATaskThatNobodyHasYet() throws Exception {
        A2aTask task = task("{\"id\":\"t1\",\"status\":{\"state\":\"TASK_STATE_SUBMITTED\"}}");

        assertThat(task.completed()).isFalse();
        assertThat(task.assignee()).isEmpty();
        assertThat(task.answer()).isEmpty();
        assertThat(task.reasons()).isEmpty();
    }

    private static A2aTask task(String json) throws JsonProcessingException {
        return new A2aTask(Json.MAPPER.readTree(json));
    }
}
