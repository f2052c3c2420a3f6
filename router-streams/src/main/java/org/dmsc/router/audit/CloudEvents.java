package org.dmsc.router.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditRecord;

/**
 * Headers of CloudEvents 1.0 in Kafka's binary mode, so that consumers route and filter without decoding. Pure. The leaf of the log is the
 * value alone: headers are not signed, and say nothing that the value does not say too.
 */
final class CloudEvents {

    private static final String PREFIX = "ce_";
    private static final String TYPE = "org.dmsc.audit.";
    private static final String SOURCE = "urn:dmsc:audit:";

    private CloudEvents() {}

    static Headers headers(AuditRecord record) {
        AuditEvent event = record.getEvent();
        Headers headers = new RecordHeaders();
        add(headers, PREFIX + "specversion", "1.0");
        add(headers, PREFIX + "id", event.getEventId());
        add(headers, PREFIX + "source", SOURCE + event.getTenant());
        add(headers, PREFIX + "type", TYPE + event.getKind().name().toLowerCase(Locale.ROOT));
        add(headers, PREFIX + "time", Instant.ofEpochMilli(event.getTime()).toString());
        // The sequence extension of CloudEvents: the place in the tenant's log.
        add(headers, PREFIX + "sequence", Long.toString(record.getIndex()));
        if (event.getTaskId() != null) {
            add(headers, PREFIX + "subject", event.getTaskId());
        }
        add(headers, "content-type", "application/avro");
        return headers;
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
