package org.dmsc.bridge.core.owed;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.dmsc.bridge.core.OwedKey;
import org.dmsc.bridge.core.OwedReplies;
import org.dmsc.bridge.core.publish.SealedTopic;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.DeviceBinding;
import org.dmsc.schemas.avro.OwedReply;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.tenant.keys.Parties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link OwedReplies} on {@code dmsc.sys.owed}, sealed with the tenant's routing key. What is open is in the memory of each gateway as it
 * came, and opened for the agent that asks for it.
 */
public final class OwedTopic implements OwedReplies, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OwedTopic.class);

    private static final SealedTopic.Name NAME = new SealedTopic.Name(TopicNames.OWED, "owed", "owed replies");

    private final SealedTopic<OwedReply> topic;
    private final ConcurrentNavigableMap<String, SealedEnvelope> open = new ConcurrentSkipListMap<>();

    /** Paid here, and perhaps not read as such yet. */
    private final Set<String> paid = ConcurrentHashMap.newKeySet();

    private final List<Consumer<OwedKey>> listeners = new CopyOnWriteArrayList<>();

    /** Makes Kafka clients, and talks to nobody yet. */
    public OwedTopic(SealedTopic.Parts parts) {
        this.topic = new SealedTopic<>(parts, NAME, OwedReply.class);
    }

    /** Begins to read; returns at once. */
    public void start() {
        topic.start(this::changed);
    }

    /** Whether all that was owed at the start is known: before, a device that comes back could miss some of it. */
    public boolean ready() {
        return topic.caughtUp();
    }

    @Override
    public CompletionStage<Void> owe(OwedKey key, OwedReply reply) {
        return write(key.agent(), key.toString(), reply);
    }

    private CompletionStage<Void> write(AgentRef agent, String key, OwedReply reply) {
        return topic.write(agent.tenant(), key, new Parties("", agent.toString()), reply)
                .thenAccept(written -> {});
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
        topic.close();
    }

    private Optional<Owed> read(OwedKey key, SealedEnvelope envelope) {
        return topic.read(key.agent().tenant(), key.toString(), envelope).map(reply -> new Owed(key, reply));
    }

    private void erase(String text) {
        if (paid.add(text)) {
            // What cannot be erased now is given once more, by the gateway to which the device comes next.
            var unused = topic.erase(text).exceptionally(failure -> {
                LOG.atWarn().addKeyValue("key", text).setCause(failure).log("a paid reply stays on Kafka as owed");
                return null;
            });
        }
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
