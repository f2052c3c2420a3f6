package org.dmsc.registry.topology;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AgentState;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/** Agents as they lie in the store, its changelog and on the registry topic: sealed with the routing key of the agent's tenant. */
final class SealedAgents {

    private static final String REGISTRY_CHANNEL = "registry";
    private static final String STORE_CHANNEL = "store";

    private final Envelopes envelopes;
    private final Parties parties;
    private final Serializer<SealedEnvelope> out;
    private final Deserializer<SealedEnvelope> in;

    SealedAgents(Envelopes envelopes, AvroCodec codec, String writer) {
        AvroSerde<SealedEnvelope> serde = new AvroSerde<>(codec, SealedEnvelope.class);
        this.envelopes = envelopes;
        this.parties = Parties.from(writer);
        this.out = serde.serializer();
        this.in = serde.deserializer();
    }

    /** A value of the registry topic. */
    byte[] snapshot(AgentSnapshot snapshot, long now) {
        return out.serialize(TopicNames.REGISTRY, seal(snapshot, snapshot, REGISTRY_CHANNEL, now));
    }

    /** A value of the store. */
    byte[] state(AgentState state, long now) {
        AgentSnapshot snapshot = state.getSnapshot();
        // The schema's subject is that of the tenant's topics.
        String topic = Channel.AGENTS.of(new TenantId(snapshot.getTenant()));
        return out.serialize(topic, seal(state, snapshot, STORE_CHANNEL, now));
    }

    private SealedEnvelope seal(SpecificRecord value, AgentSnapshot of, String channel, long now) {
        String id = of.getTenant() + "/" + of.getAgent() + "@" + of.getRevision();
        return envelopes.seal(value, new TenantId(of.getTenant()), channel, id, parties, now);
    }

    /** Refused as UNREADABLE when the tenant's keys are gone. */
    AgentState open(byte[] bytes) {
        return envelopes.routing(in.deserialize(STORE_CHANNEL, bytes), AgentState.class);
    }
}
