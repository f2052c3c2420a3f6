package org.dmsc.router.topology;

import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/** Task states as they lie in the store and its changelog: sealed with the routing key of the caller's tenant. */
final class SealedStates {

    private static final String CHANNEL = "store";

    private final Envelopes envelopes;
    private final Parties parties;
    private final Serializer<SealedEnvelope> out;
    private final Deserializer<SealedEnvelope> in;

    SealedStates(Envelopes envelopes, AvroCodec codec, String router) {
        AvroSerde<SealedEnvelope> serde = new AvroSerde<>(codec, SealedEnvelope.class);
        this.envelopes = envelopes;
        this.parties = Parties.from(router);
        this.out = serde.serializer();
        this.in = serde.deserializer();
    }

    byte[] seal(TaskState state, long now) {
        TenantId tenant = new TenantId(state.getTenant());
        // The schema's subject is that of the tenant's topics.
        return out.serialize(
                Channel.TASKS.of(tenant), envelopes.seal(state, tenant, CHANNEL, state.getTaskId(), parties, now));
    }

    TaskState open(byte[] bytes) {
        return envelopes.routing(in.deserialize(CHANNEL, bytes), TaskState.class);
    }

    SealedEnvelope envelope(byte[] bytes) {
        return in.deserialize(CHANNEL, bytes);
    }
}
