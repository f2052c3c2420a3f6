package org.dmsc.node.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.node.host.NodeFile;
import org.dmsc.schemas.avro.AuditCandidate;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditRecord;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.jspecify.annotations.Nullable;

/** The records of the log as text, for people's own tools: one JSON object a line, or CSV (RFC 4180). Not signed: tiles are. */
public final class EventExport {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a spreadsheet would run and not show. */
    private static final String FORMULA = "=+-@\t\r";

    private static final List<String> COLUMNS = List.of(
            "tenant",
            "index",
            "sequenced_at",
            "time",
            "kind",
            "actor",
            "node",
            "task_id",
            "root_task_id",
            "attempt",
            "object",
            "skill",
            "state",
            "refusal",
            "count",
            "reasons",
            "candidates",
            "chosen",
            "payload_hmac",
            "intent_hmac",
            "details");

    private final NodeFile node;

    /** Of the fabric that the node belongs to. */
    public EventExport(NodeFile node) {
        this.node = node;
    }

    /** How many records were written; {@code tenant} may be {@code ""} for all. */
    public long jsonLines(String tenant, Path file, AuditLog.Progress progress) {
        return write(tenant, file, progress, List.of(), AuditRecord::toString);
    }

    /** The same with a first line that names the columns. */
    public long csv(String tenant, Path file, AuditLog.Progress progress) {
        return write(tenant, file, progress, COLUMNS, EventExport::row);
    }

    private long write(
            String tenant,
            Path file,
            AuditLog.Progress progress,
            List<String> head,
            Function<AuditRecord, String> line) {
        long[] written = {0};
        try (TopicSchemaRegistry registry = new TopicSchemaRegistry(node.kafkaClient());
                PartFile part = new PartFile(file);
                BufferedWriter out = part.writer()) {
            registry.start();
            Deserializer<AuditRecord> values =
                    new AvroSerde<>(new AvroCodec(registry), AuditRecord.class).deserializer();
            if (!head.isEmpty()) {
                out.write(String.join(",", head) + "\r\n");
            }
            new AuditLog(node).records(tenant, progress, found -> {
                append(out, line.apply(values.deserialize(found.topic(), found.value())));
                written[0]++;
            });
            out.flush();
            part.finish();
            return written[0];
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }

    private static void append(BufferedWriter out, String line) {
        try {
            out.write(line);
            out.write(line.endsWith("\r\n") ? "" : "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("export cannot be written", e);
        }
    }

    private static String row(AuditRecord record) {
        AuditEvent event = record.getEvent();
        List<@Nullable String> cells = new ArrayList<>();
        cells.add(event.getTenant());
        cells.add(Long.toString(record.getIndex()));
        cells.add(Instant.ofEpochMilli(record.getSequencedAt()).toString());
        cells.add(Instant.ofEpochMilli(event.getTime()).toString());
        cells.add(event.getKind().name());
        cells.add(event.getActor());
        cells.add(event.getNode());
        cells.add(event.getTaskId());
        cells.add(event.getRootTaskId());
        cells.add(Integer.toString(event.getAttempt()));
        cells.add(event.getObject());
        cells.add(event.getSkill());
        cells.add(event.getState());
        cells.add(event.getRefusal());
        cells.add(event.getDetails().getOrDefault("count", event.getRefusal() == null ? "" : "1"));
        cells.add(String.join("; ", event.getReasons()));
        cells.add(Integer.toString(event.getCandidates().size()));
        cells.add(chosen(event));
        cells.add(event.getPayloadHmac());
        cells.add(event.getIntentHmac());
        cells.add(json(event.getDetails()));
        return cells.stream().map(EventExport::cell).collect(Collectors.joining(",")) + "\r\n";
    }

    private static String chosen(AuditEvent event) {
        return event.getCandidates().stream()
                .filter(one -> one.getVerdict().equals("chosen"))
                .map((AuditCandidate one) -> one.getTenant() + "/" + one.getAgent())
                .findFirst()
                .orElse("");
    }

    private static String json(Map<String, String> details) {
        try {
            return details.isEmpty() ? "" : JSON.writeValueAsString(new TreeMap<>(details));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of texts must be writable", e);
        }
    }

    /** Quoted where it must be; what a spreadsheet would take for a formula is made a text by an apostrophe. */
    static String cell(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            return "";
        }
        String safe = FORMULA.indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
        boolean plain = Stream.of(",", "\"", "\n", "\r").noneMatch(safe::contains);
        return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }
}
