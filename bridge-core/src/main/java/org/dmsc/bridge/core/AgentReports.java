package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.Presence;

/**
 * What a bridge tells the registry about agents. Each stage completes when Kafka has the report, not when the registry acted on it. Agents
 * that are present are announced again, on another lane, when the lane they were announced on goes to another gateway.
 */
public interface AgentReports {

    /** Where an agent that is connected here can be announced; empty while this gateway owns no lane. */
    Optional<Presence> presenceOf(AgentRef agent);

    /** The agent says what it is; with a presence it is also connected here. */
    CompletionStage<Void> register(AgentRef agent, AgentRegistration registration, Optional<Presence> presence);

    /** It takes its registration back. */
    CompletionStage<Void> unregister(AgentRef agent);

    /**
     * Its card, that was fetched, is another now, or there is none any more. Counts only while the card is registered that this was found out about:
     * whoever registers the agent anew, or takes it back, in the meantime is not undone.
     *
     * @param known {@code sha256} of that card
     * @param by empty: the registration ends
     */
    CompletionStage<Void> replace(AgentRef agent, String known, Optional<AgentRegistration> by);

    /** It connected here. */
    CompletionStage<Void> present(AgentRef agent);

    /** Its connection here ended; nothing is said when it was not connected here. */
    CompletionStage<Void> absent(AgentRef agent, String reason);

    /**
     * It was looked at: empty when it answered as it should, otherwise why not.
     *
     * <p>MUST be told only by the gateway that owns the agent's lane.
     */
    CompletionStage<Void> probed(AgentRef agent, Optional<String> problem);

    /** It lives, and is that busy. */
    CompletionStage<Void> heartbeat(AgentRef agent, AgentLoad load);
}
