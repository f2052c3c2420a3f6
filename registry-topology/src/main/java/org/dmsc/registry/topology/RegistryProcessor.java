package org.dmsc.registry.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.dmsc.registry.health.Emission;
import org.dmsc.registry.health.HealthRule;
import org.dmsc.registry.health.OpenAttempts;
import org.dmsc.registry.health.ReportCheck;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.TenantTopic;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.AgentState;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.tenant.streams.Alarm;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One lane of the registry: reads a report or the clock, asks the rules, stores and tells what changed. */
final class RegistryProcessor implements Processor<String, byte[], String, byte[]> {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryProcessor.class);
    private static final int MOST_DUE = 1000;

    private final RegistryParts parts;
    private final DueTimes due = new DueTimes();
    /** The opened store: this processor is its only writer. */
    private final Map<String, AgentState> opened = new HashMap<>();

    private final OpenAttempts attempts = new OpenAttempts();
    /** The minute of the last refusal that was told, by agent. */
    private final Map<String, Long> lastRefusal = new HashMap<>();

    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> store;
    private Alarm alarm;

    @SuppressWarnings("NullAway.Init") // Streams calls init before anything else.
    RegistryProcessor(RegistryParts parts) {
        this.parts = parts;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> given) {
        context = given;
        store = given.getStateStore(RegistryTopology.AGENTS);
        opened.clear();
        attempts.clear();
        due.clear();
        alarm = new Alarm(given, parts.tick(), this::tick);
        load(given.currentSystemTimeMs());
        alarm.by(due.earliest());
    }

    private void load(long now) {
        List<AttemptKeys.Kept> kept = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                var entry = all.next();
                if (AttemptKeys.isOne(entry.key)) {
                    kept.add(AttemptKeys.read(entry.key, entry.value));
                } else {
                    load(entry.key, entry.value, kept);
                }
            }
        }
        kept.stream()
                .sorted(Comparator.comparingLong(AttemptKeys.Kept::since))
                .forEach(one -> attempts.restore(one.agent(), one.attempt(), one.since()));
        opened.replaceAll((key, state) ->
                attempts.of(key) == state.getSnapshot().getInFlight()
                        ? state
                        : parts.emission().revised(HealthRule.working(state, attempts.of(key)), now));
        opened.keySet().forEach(key -> due.set(key, now));
    }

    private void load(String key, byte[] sealed, List<AttemptKeys.Kept> kept) {
        try {
            AgentState state = parts.seals().open(sealed);
            opened.put(key, state);
            // As they were kept by releases before this one.
            state.getOpen().forEach((attempt, since) -> kept.add(new AttemptKeys.Kept(key, attempt, since)));
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("agent", key)
                    .addKeyValue("refusal", e.refusal())
                    .log("agent cannot be opened: left out");
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        Optional<RecordMetadata> metadata = context.recordMetadata();
        Optional<TenantTopic> place = metadata.map(RecordMetadata::topic).flatMap(TopicNames::parse);
        if (metadata.isEmpty() || place.isEmpty()) {
            // The fabric's own topic that keeps the subscription from being empty.
            return;
        }
        try {
            String key = record.key() == null ? "" : record.key();
            byte[] raw = record.value() == null ? new byte[0] : record.value();
            AgentReport report = parts.reader().read(metadata.get().topic(), place.get(), key, raw);
            parts.counters().reports.increment();
            reported(report, context.currentSystemTimeMs());
            alarm.by(due.earliest());
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            skip(metadata.get(), e);
        }
    }

    private void reported(AgentReport report, long now) {
        if (report.getKind() == AgentReportKind.CANARY) {
            return;
        }
        AgentRef agent = AgentRef.of(report.getTenant(), report.getAgent());
        Optional<String> problem = ReportCheck.problem(report, now);
        if (problem.isPresent()) {
            refused(agent, report, problem.get(), now);
            return;
        }
        Optional<AgentState> before = Optional.ofNullable(opened.get(agent.toString()));
        if (before.isPresent()) {
            keep(agent, attempts.take(agent.toString(), report, now), now);
        }
        Optional<AgentState> after = parts.rule()
                .apply(before, report, attempts.of(agent.toString()), now)
                .map(state -> parts.assessment().assess(state, parts.leases(), now))
                .map(state -> before.map(old -> parts.emission().revised(old, state, now))
                        .orElseGet(() -> parts.emission().revised(state, now)));
        settle(agent, before, after, now);
    }

    private void keep(AgentRef agent, OpenAttempts.Change change, long now) {
        change.opened().forEach(attempt -> store.put(AttemptKeys.of(agent, attempt), AttemptKeys.value(now)));
        change.closed().forEach(attempt -> store.delete(AttemptKeys.of(agent, attempt)));
    }

    /** Told to the audit log once a minute for each agent: whoever lies does it often. */
    private void refused(AgentRef agent, AgentReport report, String problem, long now) {
        parts.counters().refused.increment();
        long minute = TimeUnit.MILLISECONDS.toMinutes(now);
        Long told = lastRefusal.put(agent.toString(), minute);
        if (told == null || told != minute) {
            LOG.atWarn()
                    .addKeyValue("agent", agent)
                    .addKeyValue("kind", report.getKind())
                    .addKeyValue("cause", Printable.of(problem))
                    .log("report cannot be true: refused");
            tellAudit(parts.audit().refused(agent, report.getKind(), problem, now), now);
        }
    }

    private void tick(long now) {
        for (String key : due.take(now, MOST_DUE)) {
            AgentState before = opened.get(key);
            if (before != null) {
                look(AgentRef.parse(key), before, now);
            }
        }
        alarm.by(due.earliest());
    }

    private void look(AgentRef agent, AgentState before, long now) {
        AgentState assessed = parts.assessment().assess(before, parts.leases(), now);
        AgentState after = parts.emission().revised(before, assessed, now);
        settle(agent, Optional.of(before), Optional.of(after), now);
    }

    /** Stores, tells and plans. What the clock alone did not change in substance is not stored. */
    private void settle(AgentRef agent, Optional<AgentState> before, Optional<AgentState> after, long now) {
        String key = agent.toString();
        parts.audit().change(agent, before, after, now).ifPresent(event -> tellAudit(event, now));
        if (after.isEmpty()) {
            if (before.isPresent()) {
                opened.remove(key);
                store.delete(key);
                due.remove(key);
                lastRefusal.remove(key);
                context.forward(new Record<>(key, null, now), RegistryTopology.SNAPSHOTS);
                context.commit();
            }
            return;
        }
        AgentState state = after.get();
        boolean news = Emission.isNews(before, state);
        boolean told = parts.emission().pending(state)
                && (news || now >= parts.emission().at(state));
        if (told) {
            state = parts.emission().emitted(state, now);
            parts.counters().snapshots.increment();
            context.forward(
                    new Record<>(key, parts.seals().snapshot(state.getSnapshot(), now), now),
                    RegistryTopology.SNAPSHOTS);
            if (news) {
                context.commit();
            }
        }
        store(agent, told ? Optional.empty() : before, state, now);
        long look = parts.assessment().nextLook(state, now);
        due.set(
                key,
                parts.emission().pending(state)
                        ? Math.min(look, parts.emission().at(state))
                        : look);
    }

    /** How much it works on follows from its attempts, and is not stored again when nothing else changed. */
    private void store(AgentRef agent, Optional<AgentState> before, AgentState state, long now) {
        String key = agent.toString();
        AgentState bare = state;
        if (!state.getOpen().isEmpty()) {
            state.getOpen().forEach((attempt, since) -> {
                if (attempts.has(key, attempt)) {
                    store.put(AttemptKeys.of(agent, attempt), AttemptKeys.value(since));
                }
            });
            bare = AgentState.newBuilder(state).setOpen(Map.of()).build();
        }
        opened.put(key, bare);
        if (before.isEmpty() || !Emission.differInLoadOnly(before.get(), bare)) {
            store.put(key, parts.seals().state(bare, now));
        }
    }

    private void tellAudit(AuditEvent event, long now) {
        if (RegistryAudit.isDown(event)) {
            parts.counters().wentDown.increment();
        }
        context.forward(new Record<>(event.getTenant(), parts.audit().serialized(event), now), RegistryTopology.AUDIT);
    }

    private void skip(RecordMetadata metadata, RuntimeException why) {
        parts.counters().unusable.increment();
        String cause = why instanceof RefusedException refused ? refused.sentence() : why.toString();
        LOG.atWarn()
                .addKeyValue("topic", metadata.topic())
                .addKeyValue("partition", metadata.partition())
                .addKeyValue("offset", metadata.offset())
                .addKeyValue("cause", Printable.of(cause))
                .log("report cannot be used: skipped");
    }
}
