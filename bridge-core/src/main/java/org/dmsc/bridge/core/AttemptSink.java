package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * Where a link reports what became of a delivery. Thread-safe, never blocks; calls for one delivery MUST come in the order of what happened.
 * After the attempt's end (a final state, or a failure) further calls change nothing: their stage fails with TASK_ENDED.
 */
public interface AttemptSink {

    /** The agent has the message. */
    void delivered();

    /**
     * The agent said something; implies {@link #delivered}. COMPLETED, FAILED, REJECTED and CANCELED end the attempt.
     *
     * @param state the state it moves the task to; empty for artifacts and messages
     * @param streamResponse JSON of an A2A {@code StreamResponse} with the fabric's task and context ids
     * @return completes when Kafka has it
     */
    CompletionStage<Void> update(Optional<TaskStateName> state, byte[] streamResponse);

    /** The attempt ended without an answer; completes when Kafka has it. */
    CompletionStage<Void> failed(Refusal refusal, String reason, Certainty certainty);
}
