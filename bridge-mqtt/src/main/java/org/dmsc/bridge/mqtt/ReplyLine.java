package org.dmsc.bridge.mqtt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.schemas.AgentRef;
import org.jspecify.annotations.Nullable;

/**
 * Replies to one agent, in order; those on topics that it does not hear just now are passed over. Guarded by itself: callers hold its lock.
 *
 * <pre>
 *   waiting ──room at a connection that hears it──▶ on the way ──PUBACK──▶ gone
 *      ▲                                               └──connection ended, or not sent──┐
 *      └─────────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * Of those that wait in memory only so many bytes are kept; others are made again from Kafka when it is their turn.
 */
final class ReplyLine {

    /** Bytes of replies that wait with their payload. */
    private static final long MOST_BYTES = 256 * 1024;

    private final AgentRef agent;
    private final Map<Long, Entry> entries = new LinkedHashMap<>();
    private long bytes;
    private boolean making;

    /** One reply; without its publish it is made again. */
    private static final class Entry {

        private final String topic;
        private final Reply.@Nullable Again again;
        private final Reply.Due due;
        private @Nullable OutboundPublish publish;
        private @Nullable Device on;

        Entry(Reply reply) {
            this.topic = reply.publish().topic();
            this.again = reply.again().orElse(null);
            this.due = reply.due();
            this.publish = reply.publish();
        }
    }

    /** What is next. */
    sealed interface Next {
        /** This one, with its payload. */
        record Ready(long id, Device device, OutboundPublish publish) implements Next {}

        /** This one, once it was made again. */
        record Cold(long id, Reply.Again again) implements Next {}
    }

    ReplyLine(AgentRef agent) {
        this.agent = agent;
    }

    AgentRef agent() {
        return agent;
    }

    int size() {
        return entries.size();
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    void add(long id, Reply reply) {
        Entry entry = new Entry(reply);
        entries.put(id, entry);
        bytes += size(entry);
        if (bytes > MOST_BYTES) {
            chill(entry);
        }
    }

    /**
     * The first that waits for a connection; empty when none does, or one is just being made.
     *
     * @param hearing who hears a topic
     */
    Optional<Next> next(Function<String, Optional<Device>> hearing) {
        if (making) {
            return Optional.empty();
        }
        Map<String, Optional<Device>> asked = new HashMap<>();
        for (Iterator<Map.Entry<Long, Entry>> all = entries.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Long, Entry> one = all.next();
            Entry entry = one.getValue();
            if (entry.on == null && entry.due.isOver()) {
                bytes -= size(entry);
                all.remove();
            } else if (entry.on == null) {
                Optional<Device> device = asked.computeIfAbsent(entry.topic, hearing);
                if (device.isPresent()) {
                    return Optional.of(next(one.getKey(), entry, device.get()));
                }
            }
        }
        return Optional.empty();
    }

    private static Next next(long id, Entry entry, Device device) {
        if (entry.publish != null) {
            return new Next.Ready(id, device, entry.publish);
        }
        if (entry.again == null) {
            throw new IllegalStateException("a reply without payload that cannot be made again");
        }
        return new Next.Cold(id, entry.again);
    }

    void sent(long id, Device on) {
        Entry entry = entries.get(id);
        if (entry != null) {
            entry.on = on;
        }
    }

    /** It did not reach the connection after all: it waits again. */
    void unsent(long id) {
        Entry entry = entries.get(id);
        if (entry != null) {
            entry.on = null;
        }
    }

    void making() {
        making = true;
    }

    /** It was made, or cannot be had now. */
    void made(long id, Optional<OutboundPublish> publish) {
        making = false;
        Entry entry = entries.get(id);
        if (entry != null && publish.isPresent()) {
            entry.publish = publish.get();
            bytes += size(entry);
        }
    }

    /** What it was worth, when it is known here. */
    Optional<Reply.Due> remove(long id) {
        Entry entry = entries.remove(id);
        if (entry == null) {
            return Optional.empty();
        }
        bytes -= size(entry);
        return Optional.of(entry.due);
    }

    /** What was on its way over a connection that ended waits again, and only as much as must be is kept in memory. */
    List<Long> ended(Device device) {
        List<Long> back = new ArrayList<>();
        entries.forEach((id, entry) -> {
            if (entry.on != null && entry.on.connection().equals(device.connection())) {
                entry.on = null;
                back.add(id);
            }
            if (entry.on == null) {
                chill(entry);
            }
        });
        return back;
    }

    /** Forgets all; which they were, and what each was worth. */
    Map<Long, Reply.Due> clear() {
        Map<Long, Reply.Due> all = new LinkedHashMap<>();
        entries.forEach((id, entry) -> all.put(id, entry.due));
        entries.clear();
        bytes = 0;
        return all;
    }

    private void chill(Entry entry) {
        if (entry.again != null && entry.publish != null) {
            bytes -= size(entry);
            entry.publish = null;
        }
    }

    private static long size(Entry entry) {
        return entry.publish == null ? 0 : entry.publish.payload().length;
    }
}
