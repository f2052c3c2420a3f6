package org.dmsc.tenant.directory;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.Envelopes;

/**
 * {@link Agents} fed by {@code dmsc.sys.registry}. A snapshot that cannot be opened, or that was sealed under another tenant's key than the
 * one it speaks of, is skipped and counted: the agent keeps its last readable one.
 */
public final class KafkaAgents implements Agents, AutoCloseable {

    private final CompactedView<AgentSnapshot> view;
    private final RegistrationPacking packing = new RegistrationPacking();

    public KafkaAgents(KafkaClients clients, AvroCodec codec, Envelopes envelopes) {
        Deserializer<SealedEnvelope> values = new AvroSerde<>(codec, SealedEnvelope.class).deserializer();
        this.view = CompactedView.keyed(
                clients,
                "agents",
                TopicNames.REGISTRY,
                (key, bytes) -> pack(key, open(key, values.deserialize(TopicNames.REGISTRY, bytes), envelopes)));
    }

    private AgentSnapshot pack(String key, AgentSnapshot snapshot) {
        return packing.packed(
                snapshot, view.get(key).map(AgentSnapshot::getRegistration).orElseGet(snapshot::getRegistration));
    }

    /** Begins to read. */
    public void start() {
        view.start();
    }

    /** Waits until what was there at the start is known. */
    public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        return view.awaitCaughtUp(atMost);
    }

    /** Whether changes still arrive. */
    public boolean healthy() {
        return view.healthy();
    }

    /** How many snapshots could not be opened. */
    public long skipped() {
        return view.skipped();
    }

    @Override
    public Optional<AgentSnapshot> find(AgentRef agent) {
        return view.get(agent.toString());
    }

    @Override
    public List<AgentSnapshot> ofTenant(TenantId tenant) {
        return view.all().values().stream()
                .filter(agent -> agent.getTenant().equals(tenant.value()))
                .sorted(Comparator.comparing(AgentSnapshot::getAgent))
                .toList();
    }

    @Override
    public Collection<AgentSnapshot> all() {
        return view.all().values();
    }

    @Override
    public long offset() {
        return view.offset();
    }

    @Override
    public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener) {
        view.onChange((key, snapshot) ->
                listener.accept(snapshot.map(packing::agent).orElseGet(() -> AgentRef.parse(key)), snapshot));
    }

    @Override
    public void close() {
        view.close();
    }

    static AgentSnapshot open(String key, SealedEnvelope envelope, Envelopes envelopes) {
        AgentRef agent = AgentRef.parse(key);
        AgentSnapshot snapshot = envelopes.routing(envelope, AgentSnapshot.class);
        boolean own = envelope.getRouting().getTenant().equals(agent.tenant().value())
                && snapshot.getTenant().equals(agent.tenant().value())
                && snapshot.getAgent().equals(agent.agent().value());
        if (!own) {
            throw new RefusedException(
                    Refusal.UNREADABLE, "key, key's tenant and snapshot of " + key + " do not name the same agent");
        }
        return snapshot;
    }
}
