package org.dmsc.tenant.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * Makes topics, as often as one likes: what exists is checked, not changed. Returns when every partition has a leader that clients can see,
 * which is later than Kafka's acknowledgement.
 */
public final class FabricTopics {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration NO_NODE_PATIENCE = Duration.ofSeconds(30);

    private FabricTopics() {}

    /**
     * Makes what is missing of the fabric's own topics.
     *
     * @throws RefusedException INVALID_CONFIGURATION when the fabric exists with another number of lanes, UNAVAILABLE when Kafka fails
     */
    public static void ensureSystem(Admin admin, FabricShape shape) {
        ensure(admin, new TopicPlan(shape).system());
    }

    /** Makes what is missing of a tenant's topics; refusals as in {@link #ensureSystem}. */
    public static void createTenant(Admin admin, TenantId tenant, FabricShape shape) {
        ensure(admin, new TopicPlan(shape).tenant(tenant));
    }

    private static void ensure(Admin admin, List<NewTopic> wanted) {
        Set<String> present = KafkaAnswers.await(
                "list topics",
                admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        List<NewTopic> missing =
                wanted.stream().filter(topic -> !present.contains(topic.name())).toList();
        // What exists is judged first: a fabric of another shape must not get a single new topic.
        describe(
                        admin,
                        wanted.stream()
                                .filter(topic -> present.contains(topic.name()))
                                .toList())
                .values();
        if (!missing.isEmpty()) {
            create(admin, missing);
        }
        awaitLeaders(admin, wanted);
    }

    private static void create(Admin admin, List<NewTopic> missing) {
        CreateTopicsOptions options = new CreateTopicsOptions().timeoutMs((int) KafkaAnswers.TIMEOUT.toMillis());
        Map<String, KafkaFuture<Void>> answers =
                admin.createTopics(missing, options).values();
        answers.forEach((topic, answer) -> KafkaAnswers.await("create topic " + topic, orElseExists(answer)));
    }

    /** Another process may have been quicker. */
    private static Future<?> orElseExists(KafkaFuture<Void> answer) {
        return answer.toCompletionStage()
                .handle((done, fault) -> {
                    if (fault != null && !(causeOf(fault) instanceof TopicExistsException)) {
                        throw new CompletionException(causeOf(fault));
                    }
                    return true;
                })
                .toCompletableFuture();
    }

    private static Throwable causeOf(Throwable fault) {
        Throwable cause = fault.getCause();
        return fault instanceof CompletionException && cause != null ? cause : fault;
    }

    private static void awaitLeaders(Admin admin, List<NewTopic> wanted) {
        long deadline = System.nanoTime() + NO_NODE_PATIENCE.toNanos();
        while (!ready(describe(admin, wanted), wanted)) {
            if (System.nanoTime() > deadline) {
                throw KafkaAnswers.unavailable(
                        "see leaders of all new partitions", "not in " + NO_NODE_PATIENCE.toSeconds() + " s");
            }
            KafkaAnswers.pause(LOOK_AGAIN);
        }
    }

    private static boolean ready(Map<String, Optional<TopicDescription>> seen, List<NewTopic> wanted) {
        return wanted.stream()
                .allMatch(topic -> seen.getOrDefault(topic.name(), Optional.empty())
                        .map(found -> found.partitions().size() == topic.numPartitions()
                                && found.partitions().stream()
                                        .allMatch(p -> p.leader() != null
                                                && !p.leader().isEmpty()))
                        .orElse(false));
    }

    /** Each topic as the broker sees it, checked against what is wanted; empty where it does not see it yet. */
    private static Map<String, Optional<TopicDescription>> describe(Admin admin, List<NewTopic> wanted) {
        Map<String, KafkaFuture<TopicDescription>> answers = admin.describeTopics(
                        wanted.stream().map(NewTopic::name).toList())
                .topicNameValues();
        return wanted.stream()
                .collect(Collectors.toMap(
                        NewTopic::name, topic -> checked(topic, answers.get(topic.name()))));
    }

    private static Optional<TopicDescription> checked(NewTopic wanted, KafkaFuture<TopicDescription> answer) {
        TopicDescription found;
        try {
            found = answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaAnswers.unavailable("describe topic " + wanted.name(), "interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw KafkaAnswers.unavailable("describe topic " + wanted.name(), String.valueOf(e.getCause()));
        }
        int partitions = found.partitions().size();
        if (partitions != wanted.numPartitions()) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "topic " + wanted.name() + " has " + partitions + " partitions (expected " + wanted.numPartitions()
                            + "): the number of lanes is fixed when a fabric is created; configure the number it has, or begin with an"
                            + " empty data folder or cluster");
        }
        return Optional.of(found);
    }
}
