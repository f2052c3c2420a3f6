package org.dmsc.bridge.core.owed;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.dmsc.bridge.core.OwedKey;
import org.dmsc.bridge.core.OwedReplies;
import org.dmsc.bridge.core.publish.KeysAtHand;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.DeviceBinding;
import org.dmsc.schemas.avro.OwedReply;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link OwedReplies} on {@code dmsc.sys.owed}, sealed with the tenant's routing key. What is open is in the memory of each gateway as it
 * came, and opened for the agent that asks for it.
 */
public final class OwedTopic implements OwedReplies, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OwedTopic.class);

    /** Logical channel of the sealed part. */
    private static final String CHANNEL = "owed";

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final Envelopes envelopes;
    private final KeysAtHand keys;
    private final Clock clock;
    private final Producer<String, SealedEnvelope> producer;
    private final CompactedView<SealedEnvelope> view;
    private final ConcurrentNavigableMap<String, SealedEnvelope> open = new ConcurrentSkipListMap<>();

    /** Paid here, and perhaps not read as such yet. */
    private final Set<String> paid = ConcurrentHashMap.newKeySet();

    private final List<Consumer<OwedKey>> listeners = new CopyOnWriteArrayList<>();

    /** Makes Kafka clients, and talks to nobody yet. */
    public OwedTopic(KafkaClients kafka, AvroCodec codec, Envelopes envelopes, KeysAtHand keys, Clock clock) {
        this.envelopes = envelopes;
        this.keys = keys;
        this.clock = clock;
        AvroSerde<SealedEnvelope> values = new AvroSerde<>(codec, SealedEnvelope.class);
        this.producer = kafka.producer("owed", values.serializer());
        var deserializer = values.deserializer();
        this.view = CompactedView.passing(
                kafka, "owed", TopicNames.OWED, (key, value) -> deserializer.deserialize(TopicNames.OWED, value));
    }

    /** Begins to read; returns at once. */
    public void start() {
        view.onChange(this::changed);
        view.start();
    }

    /** Whether all that was owed at the start is known: before, a device that comes back could miss some of it. */
    public boolean ready() {
        return view.caughtUp();
    }

    @Override
    public CompletionStage<Void> owe(OwedKey key, OwedReply reply) {
        return write(key.agent(), key.toString(), reply);
    }

    private CompletionStage<Void> write(AgentRef agent, String key, OwedReply reply) {
        return keys.with(agent.tenant(), () -> {
            Parties parties = new Parties("", agent.toString());
            return send(key, envelopes.seal(reply, agent.tenant(), CHANNEL, key, parties, clock.millis()));
        });
    }

    @Override
    public void asks(AgentRef agent, String taskId) {
        OwedReply question = OwedReply.newBuilder()
                .setTaskId(taskId)
                .setClientId("")
                .setBinding(DeviceBinding.A2A_MQTT)
                .setTopic("")
                .setReference("")
                .setStreaming(false)
                .setQuestion(true)
                .build();
        var unused = write(agent, question(agent, taskId), question).exceptionally(failure -> {
            LOG.atWarn()
                    .addKeyValue("task", taskId)
                    .setCause(failure)
                    .log("other gateways do not know that this task waits for its device");
            return null;
        });
    }

    @Override
    public boolean isAsked(AgentRef agent, String taskId) {
        String key = question(agent, taskId);
        return open.containsKey(key) && !paid.contains(key);
    }

    @Override
    public void answered(AgentRef agent, String taskId) {
        erase(question(agent, taskId));
    }

    private static String question(AgentRef agent, String taskId) {
        return agent + "/?" + taskId;
    }

    @Override
    public void paid(OwedKey key) {
        erase(key.toString());
    }

    @Override
    public List<Owed> of(AgentRef agent) {
        List<Owed> all = new ArrayList<>();
        // All keys of the agent, and nothing else: '0' is the character after '/'.
        open.subMap(agent + "/", agent + "0").forEach((text, envelope) -> {
            if (!paid.contains(text)) {
                OwedKey.parse(text).flatMap(key -> read(key, envelope)).ifPresent(all::add);
            }
        });
        return all;
    }

    @Override
    public void onPaid(Consumer<OwedKey> listener) {
        listeners.add(listener);
    }

    @Override
    public void forgetBefore(Instant moment) {
        open.forEach((key, envelope) -> {
            if (envelope.getRouting().getTime() < moment.toEpochMilli()) {
                erase(key);
            }
        });
    }

    @Override
    public void close() {
        view.close();
        producer.close(CLOSE_WITHIN);
    }

    private Optional<Owed> read(OwedKey key, SealedEnvelope envelope) {
        try {
            Envelopes.requirePlace(envelope, key.agent().tenant(), CHANNEL);
            if (!envelope.getRouting().getMessageId().equals(key.toString())) {
                throw new RefusedException(Refusal.UNREADABLE, "owed reply " + key + " was copied from another");
            }
            return Optional.of(new Owed(key, envelopes.routing(envelope, OwedReply.class)));
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("key", key)
                    .addKeyValue("cause", e.sentence())
                    .log("owed reply cannot be read");
            return Optional.empty();
        }
    }

    private void erase(String text) {
        if (paid.add(text)) {
            // What cannot be erased now is given once more, by the gateway to which the device comes next.
            var unused = send(text, null).exceptionally(failure -> {
                LOG.atWarn().addKeyValue("key", text).setCause(failure).log("a paid reply stays on Kafka as owed");
                return null;
            });
        }
    }

    private CompletionStage<Void> send(String key, @Nullable SealedEnvelope value) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            Future<RecordMetadata> unused =
                    producer.send(new ProducerRecord<>(TopicNames.OWED, key, value), (place, failure) -> {
                        if (failure == null) {
                            done.complete(null);
                        } else {
                            done.completeExceptionally(unavailable(failure.getMessage()));
                        }
                    });
        } catch (KafkaException e) {
            done.completeExceptionally(unavailable(e.getMessage()));
        }
        return done;
    }

    private static RefusedException unavailable(@Nullable String cause) {
        return new RefusedException(
                Refusal.UNAVAILABLE, "owed replies cannot be written: " + cause + "; try again later");
    }

    private void changed(String text, Optional<SealedEnvelope> value) {
        if (value.isPresent()) {
            open.put(text, value.get());
            return;
        }
        open.remove(text);
        paid.remove(text);
        OwedKey.parse(text).ifPresent(key -> listeners.forEach(listener -> listener.accept(key)));
    }
}
