package org.dmsc.bridge.core;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.OwedReply;

/**
 * What devices asked and were not answered yet, the same on every gateway: the one they come back to answers, when the one that was asked is
 * gone. Thread-safe, never blocks.
 */
public interface OwedReplies {

    /** A reply that is owed. */
    record Owed(OwedKey key, OwedReply reply) {}

    /** Keeps it until it is paid. Completes when Kafka has it; fails with UNAVAILABLE when Kafka does not take it. */
    CompletionStage<Void> owe(OwedKey key, OwedReply reply);

    /** The device has it, or will never want it. */
    void paid(OwedKey key);

    /** What an agent is owed by whichever gateway, oldest first. */
    List<Owed> of(AgentRef agent);

    /** Calls back, on the thread that reads Kafka, with each that was paid, here or elsewhere. The listener MUST NOT block. */
    void onPaid(Consumer<OwedKey> listener);

    /** Notes that a task waits for an agent's next message: with it that goes on, at whichever gateway it comes. */
    void asks(AgentRef agent, String taskId);

    /** Whether it does. */
    boolean isAsked(AgentRef agent, String taskId);

    /** The message came. */
    void answered(AgentRef agent, String taskId);

    /** Forgets what was asked for before that moment: nobody comes back for it. */
    void forgetBefore(Instant moment);
}
