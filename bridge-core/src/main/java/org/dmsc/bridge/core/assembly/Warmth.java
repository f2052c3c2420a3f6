package org.dmsc.bridge.core.assembly;

import java.util.List;
import org.apache.avro.Schema;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.GatewayRecord;
import org.dmsc.schemas.avro.HeldCard;
import org.dmsc.schemas.avro.OwedReply;
import org.dmsc.schemas.avro.PushRecord;
import org.dmsc.schemas.avro.RevocationAck;
import org.dmsc.schemas.avro.RevocationRecord;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.avro.UsageReport;
import org.dmsc.schemas.serde.AvroCodec;

/** Asks for every schema id once at the start: the first question may go over the network, and no event loop may be the one to ask it. */
final class Warmth {

    private static final List<Schema> ROUTING = List.of(
            TaskSubmission.getClassSchema(),
            TaskCancel.getClassSchema(),
            Delivery.getClassSchema(),
            TaskEvent.getClassSchema(),
            PushRecord.getClassSchema(),
            OwedReply.getClassSchema(),
            HeldCard.getClassSchema(),
            AgentReport.getClassSchema());

    private Warmth() {}

    static void register(AvroCodec codec) {
        ROUTING.forEach(codec::schemaId);
        // Subjects as AvroSerde names them: one for all tenant topics, one for each of the fabric's own.
        codec.registry().register("dmsc.tenant-value", SealedEnvelope.getClassSchema());
        codec.registry().register(TopicNames.AUDIT_INTAKE + "-value", AuditEvent.getClassSchema());
        codec.registry().register(TopicNames.GATEWAYS + "-value", GatewayRecord.getClassSchema());
        codec.registry().register(TopicNames.REVOCATIONS + "-value", RevocationRecord.getClassSchema());
        codec.registry().register(TopicNames.REVOCATION_ACKS + "-value", RevocationAck.getClassSchema());
        codec.registry().register(TopicNames.PUSH + "-value", SealedEnvelope.getClassSchema());
        codec.registry().register(TopicNames.OWED + "-value", SealedEnvelope.getClassSchema());
        codec.registry().register(TopicNames.QUARANTINE + "-value", SealedEnvelope.getClassSchema());
        codec.registry().register(TopicNames.USAGE + "-value", UsageReport.getClassSchema());
    }
}
