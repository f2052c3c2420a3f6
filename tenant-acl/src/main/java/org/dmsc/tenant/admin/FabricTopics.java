package org.dmsc.tenant.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicAuthorizationException;
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
    private static final Duration LEADER_PATIENCE = Duration.ofSeconds(30);

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

    /** Makes the tenant's own copy of its audit records when it is missing; refusals as in {@link #ensureSystem}. */
    public static void createAudit(Admin admin, TenantId tenant, FabricShape shape) {
        ensure(admin, List.of(new TopicPlan(shape).audit(tenant)));
    }

    /**
     * Waits for the fabric's own topics, which another process makes, for those who may not make them.
     *
     * @throws RefusedException INVALID_CONFIGURATION when the fabric exists with another number of lanes, UNAVAILABLE when nobody makes them
     */
    public static void awaitSystem(Admin admin, FabricShape shape) {
        awaitLeaders(admin, new TopicPlan(shape).system());
    }

    private static void ensure(Admin admin, List<NewTopic> wanted) {
        Set<String> present = KafkaAnswers.await(
                "list topics",
                admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        // What exists is judged first: a fabric of another shape must not get a single new topic.
        Map<Boolean, List<NewTopic>> there =
                wanted.stream().collect(Collectors.partitioningBy(topic -> present.contains(topic.name())));
        describe(admin, there.getOrDefault(true, List.of())).forEach(found -> requireShape(wanted, found));
        List<NewTopic> missing = there.getOrDefault(false, List.of());
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
        long deadline = System.nanoTime() + LEADER_PATIENCE.toNanos();
        while (true) {
            List<TopicDescription> seen = describe(admin, wanted);
            seen.forEach(found -> requireShape(wanted, found));
            if (seen.size() == wanted.size() && seen.stream().allMatch(FabricTopics::isLed)) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw KafkaAnswers.unavailable(
                        "see leaders of all new partitions", "not in " + LEADER_PATIENCE.toSeconds() + " s");
            }
            KafkaAnswers.pause(LOOK_AGAIN);
        }
    }

    private static boolean isLed(TopicDescription topic) {
        return topic.partitions().stream()
                .allMatch(partition ->
                        partition.leader() != null && !partition.leader().isEmpty());
    }

    /** Topics as the broker sees them, without those that it does not see yet. */
    private static List<TopicDescription> describe(Admin admin, List<NewTopic> topics) {
        return admin.describeTopics(topics.stream().map(NewTopic::name).toList()).topicNameValues().entrySet().stream()
                .flatMap(answer ->
                        KafkaAnswers.await("describe topic " + answer.getKey(), orEmpty(answer.getValue())).stream())
                .toList();
    }

    private static Future<Optional<TopicDescription>> orEmpty(KafkaFuture<TopicDescription> answer) {
        return answer.toCompletionStage()
                .handle((found, fault) -> {
                    if (fault == null) {
                        return Optional.of(found);
                    }
                    // Who may not see it yet is told so, and not that it is missing.
                    if (causeOf(fault) instanceof UnknownTopicOrPartitionException
                            || causeOf(fault) instanceof TopicAuthorizationException) {
                        return Optional.<TopicDescription>empty();
                    }
                    throw new CompletionException(causeOf(fault));
                })
                .toCompletableFuture();
    }

    private static void requireShape(List<NewTopic> wanted, TopicDescription found) {
        int partitions = found.partitions().size();
        for (NewTopic topic : wanted) {
            if (topic.name().equals(found.name()) && topic.numPartitions() != partitions) {
                throw new RefusedException(
                        Refusal.INVALID_CONFIGURATION,
                        "topic " + topic.name() + " has " + partitions + " partitions (expected "
                                + topic.numPartitions()
                                + "): the number of lanes is fixed when a fabric is created; configure the number it has, or begin"
                                + " with an empty data folder or cluster");
            }
        }
    }
}
