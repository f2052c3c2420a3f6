package org.dmsc.bridge.core.relay;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.dmsc.bridge.core.InboxRelay;
import org.dmsc.bridge.core.publish.EventWriter;
import org.dmsc.bridge.core.publish.Outbox;
import org.dmsc.bridge.core.publish.Outgoing;
import org.dmsc.bridge.core.publish.Outgoing.InClear;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.Relay;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.tenant.keys.Parties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link InboxRelay} over the agents' own tenants' inboxes: word for a gateway is a sealed record on one of its lanes, and what it says to that
 * comes back on a lane of the asker. All live gateways are asked at once: where an agent is present now is not where it fetched the task.
 *
 * <pre>
 *   asker  ──ACKNOWLEDGE | ANSWER──▶ lane of each that may hold it ──▶ {@link Holder} ──TAKEN | REFUSED──▶ lane of the asker
 * </pre>
 *
 * An asker that dies is asked again by its agent; a holder that dies takes its deliveries with it, as ever.
 */
public final class LaneRelay implements InboxRelay {

    private static final Logger LOG = LoggerFactory.getLogger(LaneRelay.class);

    /** How long an agent waits for the gateway that holds its delivery. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Nobody waits any more for what is older, whatever the clocks of two machines say. */
    private static final Duration STALE = Duration.ofMinutes(1);

    /** What was said, and what comes back. */
    private enum Act {
        ACKNOWLEDGE,
        ANSWER,
        TAKEN,
        REFUSED
    }

    /**
     * What it works with.
     *
     * @param gateway name of this one
     * @param self its SPIFFE id
     * @param ownLanes lanes that it reads
     * @param ids makes names of questions
     */
    public record Parts(
            String gateway,
            String self,
            Neighbours neighbours,
            Supplier<Set<Integer>> ownLanes,
            Outbox outbox,
            EventWriter.Sealing sealing,
            Supplier<String> ids,
            Clock clock) {}

    private final Parts parts;
    private final Map<String, Question> asked = new ConcurrentHashMap<>();
    private volatile Holder holder = (agent, delivery, streamResponse) -> Optional.empty();

    public LaneRelay(Parts parts) {
        this.parts = parts;
    }

    @Override
    public void serve(Holder whose) {
        holder = whose;
    }

    @Override
    public CompletionStage<Void> carry(AgentRef agent, String delivery, Optional<byte[]> streamResponse) {
        Map<String, Integer> all = parts.neighbours().lanes(agent.hashCode());
        if (all.isEmpty()) {
            return CompletableFuture.failedStage(unknown(delivery));
        }
        return ask(all, new Word(agent, delivery, streamResponse));
    }

    private record Word(AgentRef agent, String delivery, Optional<byte[]> streamResponse) {}

    private CompletionStage<Void> ask(Map<String, Integer> gateways, Word word) {
        Optional<Integer> home = parts.ownLanes().get().stream().sorted().findFirst();
        if (home.isEmpty()) {
            return CompletableFuture.failedStage(new RefusedException(
                    Refusal.UNAVAILABLE, "this gateway reads no lane now (expected to be said again, or elsewhere)"));
        }
        String id = parts.ids().get();
        Question question = new Question(gateways.keySet());
        asked.put(id, question);
        Act act = word.streamResponse().isPresent() ? Act.ANSWER : Act.ACKNOWLEDGE;
        Relay relay = new Relay(id, act.name(), parts.gateway(), home.get(), null, null);
        gateways.values()
                .forEach(lane -> send(word, relay, lane).exceptionally(failure -> failed(question.done(), failure)));
        CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .execute(question::over);
        return question.done().whenComplete((done, failure) -> asked.remove(id));
    }

    private static Void failed(CompletableFuture<Void> done, Throwable failure) {
        done.completeExceptionally(failure);
        return null;
    }

    /** A record of this kind was read from an owned lane. Lane loop's thread; opening a large payload waits for it, as with any delivery. */
    public void take(Delivery said, Supplier<byte[]> payload) {
        Relay relay = said.getRelay();
        Act act = act(relay);
        if (act == Act.TAKEN) {
            Optional.ofNullable(asked.get(relay.getId())).ifPresent(Question::taken);
        } else if (act == Act.REFUSED) {
            Optional.ofNullable(asked.get(relay.getId()))
                    .ifPresent(question -> question.refused(relay.getGateway(), refusal(relay)));
        } else if (parts.clock().millis() - said.getTime() < STALE.toMillis()) {
            Word word = new Word(
                    AgentRef.of(said.getAssigneeTenant(), said.getAssigneeAgent()),
                    said.getDeliveryId(),
                    Optional.empty());
            heard(word, act == Act.ANSWER ? Optional.of(payload) : Optional.empty())
                    .whenComplete((done, failure) -> answer(word, relay, failure));
        }
    }

    private CompletionStage<Void> heard(Word word, Optional<Supplier<byte[]>> payload) {
        try {
            return holder.said(word.agent(), word.delivery(), payload.map(Supplier::get))
                    .orElseGet(() -> CompletableFuture.failedStage(unknown(word.delivery())));
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private void answer(Word word, Relay question, Throwable failure) {
        Relay.Builder said = Relay.newBuilder()
                .setId(question.getId())
                .setGateway(parts.gateway())
                .setLane(question.getLane())
                .setAct(Act.TAKEN.name());
        if (failure != null) {
            RefusedException why = refused(failure);
            said.setAct(Act.REFUSED.name()).setRefusal(why.refusal().name()).setReason(why.sentence());
        }
        var unused = send(word, said.build(), question.getLane()).exceptionally(lost -> {
            LOG.atWarn()
                    .addKeyValue("delivery", word.delivery())
                    .addKeyValue("cause", lost.getMessage())
                    .log("how a relayed word was taken could not be said");
            return null;
        });
    }

    private static RefusedException refused(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            return refused;
        }
        LOG.atError().setCause(cause).log("a relayed word could not be dealt with");
        return new RefusedException(Refusal.INTERNAL, "the gateway that holds the delivery failed");
    }

    private CompletionStage<Void> send(Word word, Relay relay, int lane) {
        try {
            return parts.sealing()
                    .keys()
                    .with(
                            word.agent().tenant(),
                            () -> sealed(word, relay)
                                    .thenCompose(envelope -> parts.outbox()
                                            .publish(new Outgoing(
                                                    word.agent().tenant(),
                                                    Channel.INBOX,
                                                    lane,
                                                    word.agent().agent().value(),
                                                    envelope,
                                                    InClear.NONE))
                                            .thenAccept(offset -> {})));
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private CompletionStage<SealedEnvelope> sealed(Word word, Relay relay) {
        long now = parts.clock().millis();
        AgentRef agent = word.agent();
        Delivery carried = Delivery.newBuilder()
                .setDeliveryId(word.delivery())
                .setKind(DeliveryKind.CANARY)
                .setTaskId("")
                .setContextId("")
                .setMessageId(relay.getId())
                .setAttempt(0)
                .setCallerTenant(agent.tenant().value())
                .setCallerAgent(agent.agent().value())
                .setAssigneeTenant(agent.tenant().value())
                .setAssigneeAgent(agent.agent().value())
                .setDeadline(now + PATIENCE.toMillis())
                .setAttemptDeadline(now + PATIENCE.toMillis())
                .setHops(0)
                .setAncestors(List.of())
                .setRootTaskId("")
                .setTime(now)
                .setRelay(relay)
                .build();
        SealedEnvelope routing = parts.sealing()
                .envelopes()
                .seal(
                        carried,
                        agent.tenant(),
                        Channel.INBOX.label(),
                        relay.getId() + "." + relay.getGateway() + "." + relay.getAct(),
                        Parties.from(parts.self()),
                        now);
        return word.streamResponse()
                .map(json -> parts.sealing().payloads().attach(routing, json, EventWriter.STREAM_RESPONSE))
                .orElseGet(() -> CompletableFuture.completedFuture(routing));
    }

    private static Act act(Relay relay) {
        try {
            return Act.valueOf(relay.getAct());
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Refusal.UNREADABLE, "relay: act '" + relay.getAct() + "' is none");
        }
    }

    /** A name that only a newer gateway knows is a failure of ours, not of the agent's. */
    private static RefusedException refusal(Relay relay) {
        String reason = String.valueOf(relay.getReason());
        try {
            return new RefusedException(Refusal.valueOf(String.valueOf(relay.getRefusal())), reason);
        } catch (IllegalArgumentException e) {
            return new RefusedException(Refusal.INTERNAL, reason);
        }
    }

    private static RefusedException unknown(String delivery) {
        return new RefusedException(
                Refusal.TASK_UNKNOWN,
                "delivery " + Printable.of(delivery)
                        + ": is open at no gateway (expected one of this agent's inbox; it was given to somebody else, or has ended: drop it)");
    }
}
