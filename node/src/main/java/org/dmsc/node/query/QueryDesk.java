package org.dmsc.node.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.peers.PeerListener;

/**
 * What a router answers to gateways, without any transport: who it is is proven already. Gateways only; which caller sees which task is decided
 * there, as it is for tasks that they find themselves. Thread-safe; may wait for Kafka.
 */
public final class QueryDesk {

    private static final String GATEWAY = "gateway";
    /** As much as one page may ask for, and no more. */
    private static final int MOST_TASKS = 1_000;

    private static final int MOST_COUNTED = 1_000_000;

    private final FabricDomain domain;
    private final HeldTasks stores;
    private final Supplier<Set<RouterAddress>> routers;
    private final int lanes;
    private final QueryMessages messages;

    /** @param routers where the others answer */
    public QueryDesk(
            FabricDomain domain, HeldTasks stores, Supplier<Set<RouterAddress>> routers, int lanes, AvroCodec codec) {
        this.domain = domain;
        this.stores = stores;
        this.routers = routers;
        this.lanes = lanes;
        this.messages = new QueryMessages(codec);
    }

    /** What is asked here, for whoever listens. */
    public static PeerListener.Questions questions(int threads) {
        return new PeerListener.Questions("queries", QueryMessages.PATH, QueryMessages.MOST_BYTES, threads);
    }

    /**
     * The answer to a question.
     *
     * @param peer proven by TLS, and not revoked
     * @throws RefusedException NOT_PERMITTED, INVALID_REQUEST
     */
    public byte[] answer(SpiffeId peer, byte[] question) {
        if (!peer.nodeKind(domain).equals(Optional.of(GATEWAY))) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED, peer + ": may not ask for tasks (expected a gateway of this fabric)");
        }
        if (question.length > QueryMessages.MOST_BYTES) {
            throw QueryMessages.invalid("more than " + QueryMessages.MOST_BYTES + " bytes");
        }
        JsonNode asked = QueryMessages.read(question);
        TenantId tenant = new TenantId(QueryMessages.text(asked, "tenant"));
        String topic = Channel.EVENTS.of(tenant);
        switch (QueryMessages.text(asked, QueryMessages.DO)) {
            case QueryMessages.FIND:
                return messages.answer(stores.look(question(asked, tenant)), topic);
            case QueryMessages.SEARCH:
                return messages.answer(stores.search(search(asked, tenant)), routers.get(), topic);
            default:
                throw QueryMessages.invalid("'" + Printable.of(QueryMessages.text(asked, QueryMessages.DO))
                        + "' (expected find or search)");
        }
    }

    private TaskQuestion question(JsonNode asked, TenantId tenant) {
        String task = QueryMessages.text(asked, "task");
        int lane = Lanes.of(task, lanes);
        JsonNode given = asked.path("ends");
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (Channel channel : Set.of(Channel.TASKS, Channel.EVENTS)) {
            String topic = channel.of(tenant);
            if (given.has(topic)) {
                ends.put(new TopicPartition(topic, lane), QueryMessages.number(given, topic));
            }
        }
        if (ends.size() != given.size()) {
            throw QueryMessages.invalid("ends of other topics than tasks and events of " + tenant);
        }
        return new TaskQuestion(tenant, task, ends);
    }

    private static TaskSearch search(JsonNode asked, TenantId tenant) {
        return new TaskSearch(
                tenant,
                QueryMessages.text(asked, "caller"),
                optional(asked, "context"),
                optional(asked, "state").map(QueryDesk::state),
                asked.has("since") ? OptionalLong.of(QueryMessages.number(asked, "since")) : OptionalLong.empty(),
                asked.has("after") ? Optional.of(QueryMessages.place(asked.path("after"))) : Optional.empty(),
                atMost(asked, "most", MOST_TASKS),
                atMost(asked, "counted", MOST_COUNTED));
    }

    private static Optional<String> optional(JsonNode asked, String name) {
        return asked.has(name) ? Optional.of(QueryMessages.text(asked, name)) : Optional.empty();
    }

    private static TaskStateName state(String name) {
        for (TaskStateName known : TaskStateName.values()) {
            if (known.name().equals(name)) {
                return known;
            }
        }
        throw QueryMessages.invalid("state '" + Printable.of(name) + "'");
    }

    private static int atMost(JsonNode asked, String name, int most) {
        long number = QueryMessages.number(asked, name);
        if (number < 1 || number > most) {
            throw QueryMessages.invalid(name + " " + number + " (expected 1 to " + most + ")");
        }
        return (int) number;
    }
}
