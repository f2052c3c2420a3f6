package org.dmsc.router.audit;

import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads head and memory of the tenant, asks {@link AuditNumbering}, writes. An event that cannot be read is skipped, loudly. */
final class SequencerProcessor implements Processor<String, byte[], String, AuditRecord> {

    private static final Logger LOG = LoggerFactory.getLogger(SequencerProcessor.class);

    private final AuditTopology.Parts parts;
    private ProcessorContext<String, AuditRecord> context;
    private KeyValueStore<String, Long> heads;
    private WindowStore<String, byte[]> seen;
    private Optional<MemoryClock> memory = Optional.empty();

    @SuppressWarnings("NullAway.Init") // Streams calls init before anything else.
    SequencerProcessor(AuditTopology.Parts parts) {
        this.parts = parts;
    }

    @Override
    public void init(ProcessorContext<String, AuditRecord> given) {
        context = given;
        memory = Optional.empty();
        heads = given.getStateStore(AuditTopology.HEADS);
        seen = given.getStateStore(AuditTopology.SEEN);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        AuditEvent event;
        try {
            event = read(record);
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            skip(e);
            return;
        }
        sequence(event, parts.clock().millis());
    }

    private AuditEvent read(Record<String, byte[]> record) {
        if (record.key() == null || record.value() == null) {
            throw new RefusedException(
                    Refusal.UNREADABLE, "audit event without key or value (expected tenant and event)");
        }
        AuditEvent event = parts.events().deserialize("", record.value());
        if (!event.getTenant().equals(record.key())) {
            // Numbering another tenant's events here would break the order of both.
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "audit event of tenant '" + Printable.of(event.getTenant()) + "' under key '"
                            + Printable.of(record.key()) + "' (expected the same)");
        }
        return event;
    }

    private void sequence(AuditEvent event, long now) {
        String tenant = event.getTenant();
        String id = tenant + "|" + event.getEventId();
        MemoryClock remembered = remembered(now);
        Long head = heads.get(tenant);
        long next = head == null ? AuditNumbering.FIRST : head;
        Optional<AuditRecord> numbered = AuditNumbering.number(event, next, isSeen(id, remembered), now);
        if (numbered.isEmpty()) {
            parts.counters().repeated();
            return;
        }
        heads.put(tenant, next + 1);
        seen.put(id, new byte[0], remembered.day());
        parts.counters().sequenced();
        Record<String, AuditRecord> leaf =
                new Record<>(tenant, numbered.get(), now, CloudEvents.headers(numbered.get()));
        context.forward(leaf, AuditTopology.SINK);
        if (parts.copied().test(tenant)) {
            context.forward(leaf, AuditTopology.COPY);
        }
    }

    private MemoryClock remembered(long now) {
        MemoryClock before = memory.orElseGet(() -> begin(now));
        MemoryClock after = before.at(now);
        if (after.isToBeKept(before)) {
            heads.put(AuditTopology.CLOCK, after.time());
        }
        memory = Optional.of(after);
        return after;
    }

    private MemoryClock begin(long now) {
        Long kept = heads.get(AuditTopology.CLOCK);
        if (kept == null) {
            heads.put(AuditTopology.CLOCK, now);
        }
        return MemoryClock.kept(kept == null ? now : kept);
    }

    private boolean isSeen(String id, MemoryClock remembered) {
        for (long day = remembered.firstDay(); day <= remembered.day(); day += AuditTopology.DAY.toMillis()) {
            if (seen.fetch(id, day) != null) {
                return true;
            }
        }
        return false;
    }

    private void skip(RuntimeException why) {
        parts.counters().skipped();
        String cause = why instanceof RefusedException refused ? refused.sentence() : why.toString();
        LOG.atError()
                .addKeyValue(
                        "record",
                        context.recordMetadata()
                                .map(m -> m.topic() + "-" + m.partition() + "@" + m.offset())
                                .orElse("?"))
                .addKeyValue("cause", Printable.of(cause))
                .log("audit event cannot be read: it gets no place in the log");
    }
}
