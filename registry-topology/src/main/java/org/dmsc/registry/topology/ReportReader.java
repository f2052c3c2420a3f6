package org.dmsc.registry.topology;

import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames.TenantTopic;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.keys.Envelopes;

/** Opens what lies on agents topics, and checks that it belongs where it lies. */
final class ReportReader {

    private final Envelopes envelopes;
    private final Deserializer<SealedEnvelope> values;

    ReportReader(Envelopes envelopes, AvroCodec codec) {
        this.envelopes = envelopes;
        this.values = new AvroSerde<>(codec, SealedEnvelope.class).deserializer();
    }

    /** Refused as UNREADABLE when it is not a report about the agent that its key names. */
    AgentReport read(String topic, TenantTopic place, String key, byte[] raw) {
        SealedEnvelope envelope = values.deserialize(topic, raw);
        Envelopes.requirePlace(envelope, place.tenant(), place.channel().label());
        AgentReport report = envelopes.routing(envelope, AgentReport.class);
        if (!report.getAgent().equals(key)
                || !report.getTenant().equals(place.tenant().value())) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "report about '" + Printable.of(report.getTenant() + "/" + report.getAgent()) + "' under '"
                            + Printable.of(place.tenant() + "/" + key) + "' (expected the same)");
        }
        AgentRef.of(report.getTenant(), report.getAgent());
        return report;
    }
}
