package org.dmsc.bridge.core.deliver;

import org.dmsc.bridge.core.Certainty;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentSnapshot;

/** What to do with a delivery now. */
sealed interface Verdict {

    /** Hand it to the agent's link. */
    record Deliver(AgentSnapshot agent) implements Verdict {}

    /** Tell the links that the task is not wanted any more. */
    record Cancel() implements Verdict {}

    /** The agent is connected to the gateway of another lane. */
    record PutBack(int lane) implements Verdict {}

    /** Ask again soon: what is known here may be behind. */
    record Wait() implements Verdict {}

    /** End the attempt without trying. */
    record Refuse(Refusal refusal, String reason, Certainty certainty) implements Verdict {}

    /** Nothing to do. */
    record Drop(String why) implements Verdict {}
}
