package org.dmsc.bridge.core.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.dmsc.bridge.core.BridgeMetrics;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.bridge.core.TaskQueries;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.watch.TaskHandle.Patience;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.TenantTopic;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tasks that somebody here waits for. Thread-safe; never blocks. */
public final class TaskWatches implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TaskWatches.class);

    /** Most tasks waited for at once; each holds its updates in memory. */
    private static final int MOST = 50_000;

    private static final long TICK_MS = 50;

    /** How long after its deadline a task may still end: the router's own clockwork, and a router that is being replaced. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** Most look-ups at once. A gateway beside a router asks its store; one without reads logs, of which few are read at once. */
    private static final int MOST_LOOKUPS = 32;

    private static final String KIND = TaskEvent.getClassSchema().getName();

    private final EventOpener opener;
    private final TaskQueries queries;
    private final int lanes;
    private final Clock clock;
    private final ObjectMapper json = new ObjectMapper();
    private final Reading reading = new Reading();
    private final EventFeed feed;
    private final Map<WatchKey, Entry> entries = new ConcurrentHashMap<>();
    private final Map<String, Optional<TenantId>> topics = new ConcurrentHashMap<>();
    private final AtomicInteger lookups = new AtomicInteger();
    private final Counter applied;
    private final Counter ignored;
    private final Counter unreadable;
    private volatile long tickedAt;

    /** Why somebody waits. */
    public enum Occasion {
        /** A task that is being asked for. */
        NEW,
        /** A message to a task that exists. */
        FOLLOW_UP,
        /** A task that exists. */
        FOLLOW
    }

    /**
     * Somebody waits.
     *
     * @param live completes when every event that is written from then on will be seen
     * @param whole completes when, after that, everything that was written before is known too
     */
    public record Watching(OpenTask task, CompletionStage<Void> live, CompletionStage<Void> whole) {}

    public TaskWatches(
            Consumer<String, byte[]> consumer,
            EventOpener opener,
            TaskQueries queries,
            int lanes,
            Clock clock,
            BridgeMetrics metrics) {
        this.opener = opener;
        this.queries = queries;
        this.lanes = lanes;
        this.clock = clock;
        this.applied = metrics.events("applied");
        this.ignored = metrics.events("ignored");
        this.unreadable = metrics.events("unreadable");
        this.feed = new EventFeed(consumer, reading, clock);
        metrics.registry().gauge(BridgeMetrics.OPEN_TASKS, entries, Map::size);
    }

    /** Begins to read. */
    public void start() {
        feed.start();
    }

    /** Whether events are being read. */
    public boolean healthy() {
        return feed.healthy();
    }

    /** Whose events are always read. */
    public void follow(Set<Integer> ownLanes, Set<TenantId> tenants) {
        feed.follow(ownLanes, tenants);
    }

    /**
     * Begins to wait for a task.
     *
     * @throws RefusedException OVERLOADED when too many wait, DUPLICATE when the task is known to be somebody else's
     */
    public Watching watch(WatchedTask task, Occasion occasion) {
        Entry entry = entered(task, occasion);
        int lane = Lanes.of(task.taskId(), lanes);
        CompletionStage<Void> live = feed.enter(task.caller().tenant(), lane);
        Patience patience = occasion == Occasion.FOLLOW_UP ? Patience.NEXT_INTERRUPTION : Patience.ANY_INTERRUPTION;
        TaskHandle handle = new TaskHandle(entry.watch(), patience, () -> release(entry, lane));
        entry.watch().attach(handle);
        if (occasion == Occasion.NEW) {
            entry.lookUpWhenQuiet(clock.millis());
        } else {
            live.thenRun(() -> {
                entry.lookUpNow(clock.millis());
                reading.lookUpIfDue(entry, clock.millis());
            });
        }
        CompletionStage<Void> whole = live.thenCompose(known -> entry.watch().caughtUp());
        return new Watching(handle, live, occasion == Occasion.FOLLOW_UP ? whole.thenRun(handle::markBefore) : whole);
    }

    /**
     * Keeps a new task watched until it is over, whether or not anybody waits for it.
     *
     * @return ends the attendance early
     * @throws RefusedException as {@link #watch}
     */
    public Runnable attend(WatchedTask task, Attendance attendance) {
        Entry entry = entered(task, Occasion.NEW);
        int lane = Lanes.of(task.taskId(), lanes);
        CompletionStage<Void> unused = feed.enter(task.caller().tenant(), lane);
        entry.watch().attend(attendance, () -> release(entry, lane));
        return () -> entry.watch().leave(attendance);
    }

    private Entry entered(WatchedTask task, Occasion occasion) {
        if (entries.size() >= MOST) {
            throw new RefusedException(Refusal.OVERLOADED, MOST + " tasks are waited for here; try again later");
        }
        return entries.compute(task.key(), (key, known) -> {
            Entry one = known == null ? newEntry(task, occasion) : known;
            requireSameCaller(one.watch().task(), task);
            one.enter();
            return one;
        });
    }

    private Entry newEntry(WatchedTask task, Occasion occasion) {
        TaskWatch watch = new TaskWatch(task, json, clock.millis());
        if (occasion != Occasion.NEW) {
            watch.awaitStored();
        }
        return new Entry(watch);
    }

    private static void requireSameCaller(WatchedTask known, WatchedTask asked) {
        if (!known.caller().equals(asked.caller())) {
            throw takenBySomebodyElse(asked.taskId());
        }
    }

    private static RefusedException takenBySomebodyElse(String taskId) {
        return new RefusedException(
                Refusal.DUPLICATE, "task id '" + taskId + "' is taken (expected a new one); make another UUID");
    }

    /** The entry may have been given up, and another one made for the same task since. */
    private void release(Entry entry, int lane) {
        WatchedTask task = entry.watch().task();
        entries.computeIfPresent(task.key(), (key, known) -> known == entry && entry.leave() ? null : known);
        feed.leave(task.caller().tenant(), lane);
    }

    /** A task that is waited for here and known from its beginning on, for its own caller: whoever joins need not look it up. */
    public Optional<WatchedTask> taskHere(TenantId tenant, String callerAgent, String taskId) {
        return watchHere(tenant, callerAgent, taskId).map(TaskWatch::task);
    }

    /** The view of a task that is waited for here, by its own caller. */
    public Optional<TaskView> viewHere(TenantId tenant, String callerAgent, String taskId) {
        return watchHere(tenant, callerAgent, taskId).map(TaskWatch::view);
    }

    private Optional<TaskWatch> watchHere(TenantId tenant, String callerAgent, String taskId) {
        return Optional.ofNullable(entries.get(new WatchKey(tenant, taskId)))
                .map(Entry::watch)
                .filter(watch -> watch.task().caller().agent().value().equals(callerAgent))
                .filter(watch -> watch.heard() && !watch.catchingUp());
    }

    /** The view of a stored task. */
    public TaskView viewOf(WatchedTask task, StoredTask stored) {
        TaskWatch watch = new TaskWatch(task, json, stored.updatedAt());
        watch.catchUp(
                stored,
                stored.events().stream()
                        .map(event -> opener.open(event, stored.tenant(), -1))
                        .toList());
        return watch.view();
    }

    /** The caller's message of a stored task; empty JSON when it cannot be opened any more. */
    public byte[] messageOf(StoredTask stored) {
        return stored.submission().getPayload() == null ? new byte[0] : opener.message(stored.submission());
    }

    @Override
    public void close() {
        feed.close();
        RefusedException gone = new RefusedException(Refusal.UNAVAILABLE, "this gateway is stopping; ask another one");
        entries.values().forEach(entry -> entry.watch().giveUp(gone));
    }

    /** What the feed's thread does here. */
    private final class Reading implements EventFeed.Reader {

        @Override
        public void read(ConsumerRecord<String, byte[]> event) {
            if (event.key() == null || event.value() == null) {
                return;
            }
            Optional<TenantId> tenant = topics.computeIfAbsent(
                    event.topic(), topic -> TopicNames.parse(topic).map(TenantTopic::tenant));
            if (tenant.isEmpty()) {
                return;
            }
            Entry entry = entries.get(new WatchKey(tenant.get(), event.key()));
            if (entry != null) {
                open(event, tenant.get(), entry.watch());
            }
        }

        private void open(ConsumerRecord<String, byte[]> event, TenantId tenant, TaskWatch watch) {
            try {
                SealedEnvelope envelope = opener.envelope(event.topic(), event.value());
                if (!envelope.getKind().equals(KIND) || isForAnother(envelope, watch.task())) {
                    return;
                }
                SeenEvent seen = opener.open(envelope, tenant, event.offset());
                boolean counts = seen.event().getTaskId().equals(event.key()) && watch.accept(seen);
                (counts ? applied : ignored).increment();
            } catch (RefusedException e) {
                unreadable.increment();
                LOG.atWarn()
                        .addKeyValue("topic", event.topic())
                        .addKeyValue("partition", event.partition())
                        .addKeyValue("offset", event.offset())
                        .addKeyValue("refusal", e.refusal())
                        .log(e.sentence());
            } catch (RuntimeException e) {
                unreadable.increment();
                LOG.atError()
                        .addKeyValue("topic", event.topic())
                        .addKeyValue("partition", event.partition())
                        .addKeyValue("offset", event.offset())
                        .setCause(e)
                        .log("event set aside: reading it failed");
            }
        }

        /** A requester may name a task id that belongs to another agent of its tenant: what is addressed to that agent is not for it. */
        private boolean isForAnother(SealedEnvelope envelope, WatchedTask task) {
            String recipient = envelope.getRouting().getRecipient();
            return recipient.contains("/agent/") && !recipient.equals(task.callerUri());
        }

        @Override
        public void tick(long now) {
            if (now - tickedAt < TICK_MS && now >= tickedAt) {
                return;
            }
            tickedAt = now;
            entries.values().forEach(entry -> tick(entry, now));
        }

        private void tick(Entry entry, long now) {
            WatchedTask task = entry.watch().task();
            if (now > task.deadline() + GRACE.toMillis() && !entry.watch().ended()) {
                entries.remove(task.key(), entry);
                entry.watch()
                        .giveUp(new RefusedException(
                                Refusal.DEADLINE_EXCEEDED,
                                "nothing was heard of task " + task.taskId() + " until after its deadline"));
            } else {
                lookUpIfDue(entry, now);
            }
        }

        void lookUpIfDue(Entry entry, long now) {
            if (lookups.get() < MOST_LOOKUPS && entry.lookupDue(now)) {
                lookups.incrementAndGet();
                lookUp(entry);
            }
        }

        /** A task with a gap is needed whole. Of one that is only quiet no event can have been missed, unless it was over before. */
        private CompletionStage<Optional<StoredTask>> find(TaskWatch watch) {
            WatchedTask task = watch.task();
            try {
                return watch.catchingUp()
                        ? queries.find(task.caller().tenant(), task.taskId())
                        : queries.findEnded(task.caller().tenant(), task.taskId());
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private void lookUp(Entry entry) {
            WatchedTask task = entry.watch().task();
            find(entry.watch()).whenComplete((found, failure) -> {
                try {
                    if (failure != null) {
                        LOG.atWarn()
                                .addKeyValue("taskId", task.taskId())
                                .addKeyValue("cause", failure.getMessage())
                                .log("look-up failed");
                    } else {
                        found.ifPresent(stored -> catchUp(entry.watch(), stored));
                    }
                } catch (RuntimeException e) {
                    LOG.atError()
                            .addKeyValue("taskId", task.taskId())
                            .setCause(e)
                            .log("look-up could not be used");
                } finally {
                    lookups.decrementAndGet();
                    entry.lookedUp(clock.millis());
                }
            });
        }

        private void catchUp(TaskWatch watch, StoredTask stored) {
            if (!stored.callerAgent().equals(watch.task().caller().agent().value())) {
                watch.giveUp(takenBySomebodyElse(stored.taskId()));
                return;
            }
            watch.catchUp(
                    stored,
                    stored.events().stream()
                            .map(event -> opener.open(event, stored.tenant(), -1))
                            .toList());
        }
    }
}
