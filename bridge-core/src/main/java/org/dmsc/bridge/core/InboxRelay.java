package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Carries what an agent says about a delivery to the gateway that holds it, when it was said to another one: agents behind a load balancer do
 * not choose where they speak. Thread-safe, never blocks.
 */
public interface InboxRelay {

    /** Where there is only one gateway. */
    InboxRelay NONE = new InboxRelay() {
        @Override
        public CompletionStage<Void> carry(AgentRef agent, String delivery, Optional<byte[]> streamResponse) {
            return CompletableFuture.failedStage(
                    new RefusedException(Refusal.TASK_UNKNOWN, "no other gateway has such a delivery"));
        }

        @Override
        public void serve(Holder holder) {}
    };

    /** The deliveries that a gateway holds for agents which fetch them. */
    interface Holder {
        /**
         * Takes an answer, or an acknowledgement when there is none.
         *
         * @return empty when nothing of that name is held here; otherwise completes when it is in Kafka, or fails with a refusal
         */
        Optional<CompletionStage<Void>> said(AgentRef agent, String delivery, Optional<byte[]> streamResponse);
    }

    /**
     * Asks the other gateways.
     *
     * @param streamResponse empty for an acknowledgement
     * @return completes when the holder has stored it; fails with what the holder refuses, with TASK_UNKNOWN when no gateway holds it, and with
     *     UNAVAILABLE when one of them was silent: then it may be stored, or not
     */
    CompletionStage<Void> carry(AgentRef agent, String delivery, Optional<byte[]> streamResponse);

    /** Whose deliveries others are told about; none until this is said. */
    void serve(Holder holder);
}
