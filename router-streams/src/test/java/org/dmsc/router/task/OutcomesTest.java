package org.dmsc.router.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.junit.jupiter.api.Test;

final class OutcomesTest {

    /** Garbage was read as a lost connection, so the same agent was asked four times, and its caller was told a wrong cause. */
    @Test
    void anAgentThatAnswersBadlyHasFailedAndIsNotLost() {
        TaskEvent garbage = failed(Refusal.INVALID_AGENT_RESPONSE);

        assertThat(Outcomes.of(garbage)).isEqualTo(AttemptOutcome.FAILED);
        assertThat(Outcomes.sentence(garbage)).isEqualTo("answered with what is not valid A2A");
        assertThat(Outcomes.of(failed(Refusal.AGENT_FAILED))).isEqualTo(AttemptOutcome.FAILED);
        assertThat(Outcomes.of(failed(Refusal.AGENT_LOST))).isEqualTo(AttemptOutcome.LOST);
        assertThat(Outcomes.of(failed(Refusal.INTERNAL))).isEqualTo(AttemptOutcome.LOST);
    }

    private static TaskEvent failed(Refusal refusal) {
        return TaskEvent.newBuilder()
                .setKind(TaskEventKind.ATTEMPT_FAILED)
                .setEventId("e")
                .setTaskId("t")
                .setContextId("c")
                .setTime(1)
                .setBy("gateway")
                .setRefusal(refusal.name())
                .setUncertain(true)
                .build();
    }
}
