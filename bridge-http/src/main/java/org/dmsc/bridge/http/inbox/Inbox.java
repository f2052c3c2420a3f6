package org.dmsc.bridge.http.inbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.a2a.RequestName;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.Delivery;

/**
 * The inbox of one agent: what it was given and has not answered yet, and who reads. One reader at a time: a new one takes over from the one
 * before, which may be the rest of a connection that was cut. Thread-safe.
 *
 * <pre>
 *   no reader ──attach──▶ read ──stream closed──▶ no reader     present while it is read, absent at once when a stream closes
 *                          └─── poll answered ──▶ between polls  absent when no poll follows
 * </pre>
 *
 * Whoever attaches gets all again that was not acknowledged.
 */
public final class Inbox {

    /** How long what was not acknowledged waits for an agent to come back. */
    static final long RETURN_MS = 3_000;

    /** How long an agent has to acknowledge; less than the ten seconds after which its gateway would give up without telling it. */
    static final long UNTAKEN_MS = 8_000;

    /** How long after one poll was answered the next one must have come. */
    static final long BETWEEN_POLLS_MS = 5_000;

    /** How long an agent that acknowledged a task may be silent while it is not connected. */
    static final long SILENCE_MS = 30_000;

    /** How long after its attempt's deadline a delivery is remembered, for answers that are just late. */
    private static final long GRACE_MS = 60_000;

    /** What may wait for acknowledgement; an agent has at most its capacity under way anyway. */
    private static final int MOST_UNTAKEN = 64;

    private final AgentRef agent;
    private final AgentReports reports;
    private final BooleanSupplier elsewhere;
    private final Map<String, InboxDelivery> open = new LinkedHashMap<>();
    private final Queue<InboxItem> line = new ArrayDeque<>();
    private Optional<InboxReader> reader = Optional.empty();
    private boolean announced;
    private boolean forgotten;
    private long leftAt;
    private long absentAt = Long.MAX_VALUE;

    /** @param elsewhere whether the agent, when it is not connected here, is connected to another gateway */
    Inbox(AgentRef agent, AgentReports reports, BooleanSupplier elsewhere) {
        this.agent = agent;
        this.reports = reports;
        this.elsewhere = elsewhere;
    }

    /** Begins to read; whoever read before is dismissed. False, and nothing begun, when this inbox was swept away meanwhile. */
    boolean attach(InboxReader next) {
        Optional<InboxReader> before;
        synchronized (this) {
            if (forgotten) {
                return false;
            }
            before = reader;
            reader = Optional.of(next);
            absentAt = Long.MAX_VALUE;
            List<InboxItem> cancels = line.stream()
                    .filter(item -> item.kind() == InboxItem.Kind.CANCEL)
                    .toList();
            line.clear();
            line.addAll(cancels);
            open.values().stream()
                    .filter(delivery -> !delivery.isTaken())
                    .map(InboxDelivery::item)
                    .forEach(line::add);
            if (!announced) {
                announced = true;
                reports.present(agent).whenComplete((done, failure) -> {
                    if (failure != null) {
                        unannounced(next);
                    }
                });
            }
            if (!line.isEmpty()) {
                next.ready(this);
            }
        }
        before.filter(left -> left != next).ifPresent(left -> left.dismissed("another connection reads this inbox"));
        return true;
    }

    /** An agent that could not be announced would wait in vain. */
    private void unannounced(InboxReader which) {
        synchronized (this) {
            announced = false;
        }
        which.dismissed("the agent could not be announced (expected to connect again)");
    }

    /** The reader is gone; the agent is not connected any more, unless another reader came. */
    public synchronized void closed(InboxReader which, long now) {
        if (leaves(which, now)) {
            absent("its inbox stream closed");
        }
    }

    /** The reader has what it wanted, and the agent is expected to read on soon. */
    public synchronized void pausing(InboxReader which, long now) {
        if (leaves(which, now)) {
            absentAt = now + BETWEEN_POLLS_MS;
        }
    }

    private boolean leaves(InboxReader which, long now) {
        if (reader.filter(present -> present == which).isEmpty()) {
            return false;
        }
        reader = Optional.empty();
        leftAt = now;
        return true;
    }

    /** All that is there for the reader, once. */
    public synchronized List<InboxItem> take() {
        List<InboxItem> all = new ArrayList<>(line);
        line.clear();
        return all;
    }

    /** Whether the agent reads it, or will in a moment. */
    synchronized boolean isAttended() {
        return announced;
    }

    /** @throws RefusedException UNDELIVERABLE, OVERLOADED */
    synchronized void put(InboxDelivery delivery) {
        if (!announced) {
            throw new RefusedException(Refusal.UNDELIVERABLE, "agent " + agent + " is not connected here");
        }
        if (open.values().stream().filter(known -> !known.isTaken()).count() >= MOST_UNTAKEN) {
            throw new RefusedException(
                    Refusal.OVERLOADED, "agent " + agent + " has not acknowledged " + MOST_UNTAKEN + " earlier tasks");
        }
        open.put(delivery.name(), delivery);
        add(delivery.item());
    }

    /** Tells the agent that a task is not wanted any more, if it has it. */
    synchronized void cancel(Delivery cancelled, ObjectNode request) {
        Optional<InboxDelivery> task = open.values().stream()
                .filter(delivery -> delivery.isOfTheAttemptOf(cancelled))
                .findFirst();
        if (task.isEmpty()) {
            if (announced) {
                // It may have fetched the task from another gateway, and reads here now.
                add(new InboxItem(InboxItem.Kind.CANCEL, RequestName.of(cancelled.getDeliveryId()), request));
            }
            return;
        }
        if (line.remove(task.get().item())) {
            // It never left: there is nobody to tell.
            open.remove(task.get().name());
            task.get().failed(Refusal.UNDELIVERABLE, "was cancelled before the agent fetched it", Certainty.CERTAIN);
            return;
        }
        add(new InboxItem(InboxItem.Kind.CANCEL, task.get().name(), request));
    }

    private void add(InboxItem item) {
        line.add(item);
        reader.ifPresent(present -> present.ready(this));
    }

    /**
     * What the agent says about a delivery: that it has it and begins, or an answer.
     *
     * @param streamResponse of A2A; empty for an acknowledgement
     * @return empty when nothing of that name is, or was lately, here; otherwise completes when Kafka has it, and fails with TASK_UNKNOWN when it
     *     has ended, or INVALID_REQUEST
     */
    synchronized Optional<CompletionStage<Void>> said(String name, Optional<ObjectNode> streamResponse, long now) {
        InboxDelivery delivery = open.get(name);
        if (delivery == null) {
            return Optional.empty();
        }
        if (delivery.isClosed()) {
            return Optional.of(CompletableFuture.failedStage(InboxDelivery.unknown(name)));
        }
        if (streamResponse.isEmpty()) {
            delivery.acknowledged(now);
            return Optional.of(CompletableFuture.completedStage(null));
        }
        try {
            return Optional.of(answer(delivery, streamResponse.get(), now));
        } catch (RefusedException e) {
            return Optional.of(CompletableFuture.failedStage(e));
        }
    }

    private CompletionStage<Void> answer(InboxDelivery delivery, ObjectNode streamResponse, long now) {
        CompletionStage<Void> stored = delivery.answer(streamResponse, now);
        line.remove(delivery.item());
        if (delivery.isClosed()) {
            // What ends the attempt ends the request that it followed, too.
            open.values().removeIf(known -> known.isOfTheAttemptOf(delivery.delivery()));
        }
        return stored;
    }

    /**
     * Ends what nobody came back for.
     *
     * @return false when there is nothing left to remember
     */
    synchronized boolean sweep(long now) {
        if (now >= absentAt) {
            absent("its last poll was too long ago");
        }
        open.values().forEach(delivery -> {
            if (delivery.isTaken()) {
                silent(delivery, now);
            } else {
                untaken(delivery, now);
            }
        });
        open.values()
                .removeIf(delivery -> delivery.isClosed() || delivery.delivery().getAttemptDeadline() < now - GRACE_MS);
        if (open.isEmpty() && reader.isEmpty()) {
            line.clear();
        }
        forgotten = !announced && reader.isEmpty() && open.isEmpty();
        return !forgotten;
    }

    private void untaken(InboxDelivery delivery, long now) {
        boolean left = !announced && now >= leftAt + RETURN_MS;
        if (left || now >= delivery.heardAt() + UNTAKEN_MS) {
            line.remove(delivery.item());
            delivery.failed(
                    Refusal.UNDELIVERABLE,
                    "agent " + agent + (left ? ": its connection ended before it" : ": has not")
                            + " acknowledged the task",
                    Certainty.CERTAIN);
        }
    }

    private void silent(InboxDelivery delivery, long now) {
        if (reader.isEmpty() && now >= Math.max(leftAt, delivery.heardAt()) + SILENCE_MS && !elsewhere.getAsBoolean()) {
            delivery.failed(
                    Refusal.AGENT_LOST,
                    "agent " + agent + ": was not heard of for " + SILENCE_MS / 1000 + " s after its connection ended",
                    Certainty.UNCERTAIN);
        }
    }

    /** The gateway closes: no reader is there any more, whatever it believes. */
    synchronized void shut() {
        absent("its gateway closed");
        reader.ifPresent(last -> last.dismissed("the gateway closes (expected to connect again)"));
    }

    private void absent(String reason) {
        absentAt = Long.MAX_VALUE;
        if (announced) {
            announced = false;
            var unused = reports.absent(agent, reason);
        }
    }
}
