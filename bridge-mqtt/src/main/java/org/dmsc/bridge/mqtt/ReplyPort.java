package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.OwedReply;

/** How one request of a device is answered, whatever protocol it came in. Never blocks. */
interface ReplyPort {

    /** Whether one more item of a stream follows. */
    enum Follows {
        MORE,
        NOTHING
    }

    /** Makes the body of an answer again from Kafka, for a device that is away or slow. */
    interface Remake {
        CompletionStage<ObjectNode> body();
    }

    /** The receipt of the accepted task goes with the first answer, where the protocol has a place for it. */
    default void receipted(String receipt) {}

    /** Where this answers, for another gateway that would have to; nothing where that makes no sense. */
    default Optional<OwedReply.Builder> place() {
        return Optional.empty();
    }

    /** What its last answer pays. */
    default void owes(Debts.Debt debt) {}

    /**
     * The whole answer.
     *
     * @param assignee who worked on it, where that is known
     */
    void result(ObjectNode result, Optional<AgentRef> assignee, Remake again);

    /** One item of a streamed answer: an A2A {@code StreamResponse}. */
    void item(ObjectNode streamResponse, Follows follows, Remake again);

    /** No answer, and why. */
    void refused(Refusal refusal, String sentence);
}
