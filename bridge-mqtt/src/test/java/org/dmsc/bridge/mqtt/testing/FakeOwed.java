package org.dmsc.bridge.mqtt.testing;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.dmsc.bridge.core.OwedKey;
import org.dmsc.bridge.core.OwedReplies;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.OwedReply;

/** What is owed, in memory, for all edges of a test. */
public final class FakeOwed implements OwedReplies {

    private final Map<String, Owed> open = new ConcurrentSkipListMap<>();
    private final Set<String> questions = ConcurrentHashMap.newKeySet();
    private final List<Consumer<OwedKey>> listeners = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<Void> owe(OwedKey key, OwedReply reply) {
        open.put(key.toString(), new Owed(key, reply));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void paid(OwedKey key) {
        if (open.remove(key.toString()) != null) {
            listeners.forEach(listener -> listener.accept(key));
        }
    }

    @Override
    public List<Owed> of(AgentRef agent) {
        return open.values().stream()
                .filter(one -> one.key().agent().equals(agent))
                .toList();
    }

    @Override
    public void onPaid(Consumer<OwedKey> listener) {
        listeners.add(listener);
    }

    @Override
    public void asks(AgentRef agent, String taskId) {
        questions.add(agent + " " + taskId);
    }

    @Override
    public boolean isAsked(AgentRef agent, String taskId) {
        return questions.contains(agent + " " + taskId);
    }

    @Override
    public void answered(AgentRef agent, String taskId) {
        questions.remove(agent + " " + taskId);
    }

    @Override
    public void forgetBefore(Instant moment) {
        open.values().stream()
                .map(Owed::key)
                .filter(key -> key.time() < moment.toEpochMilli())
                .forEach(this::paid);
    }
}
