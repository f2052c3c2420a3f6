package org.dmsc.tenant.admin;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.fence.KafkaRole;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a tenant's topics away without stopping anybody else (design 14.7). A topic that vanishes under the router's pattern stops every
 * tenant for up to 20 s, so it is hidden first, and deleted once no router reads it. A Kafka without an authorizer cannot hide a topic: there
 * its records are deleted and the empty topics stay.
 */
final class TopicRemoval {

    private static final Logger LOG = LoggerFactory.getLogger(TopicRemoval.class);

    /** Those that subscribe by pattern. */
    private static final List<String> READERS = List.of(KafkaRole.ROUTER.principal(), KafkaRole.REGISTRY.principal());

    private static final List<String> GROUPS = List.of("dmsc-router", "dmsc-registry");
    private static final Duration REBALANCE = Duration.ofSeconds(15);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final long ANSWER_SECONDS = 10;

    private final Admin admin;
    private final TenantId tenant;
    private final String prefix;

    TopicRemoval(Admin admin, TenantId tenant) {
        this.admin = admin;
        this.tenant = tenant;
        this.prefix = "dmsc." + tenant + ".";
    }

    /** What happened to the topics. */
    enum Fate {
        /** Hidden, then deleted. */
        DELETED,
        /** Their records were deleted; the topics are there, empty. */
        EMPTIED
    }

    /** What was done. */
    record Removed(List<String> topics, Fate fate) {}

    Removed remove() {
        List<String> topics = topics();
        if (topics.isEmpty()) {
            return new Removed(topics, Fate.DELETED);
        }
        if (!hide()) {
            empty(topics);
            return new Removed(topics, Fate.EMPTIED);
        }
        awaitUnread();
        for (Map.Entry<String, KafkaFuture<Void>> answer :
                admin.deleteTopics(topics).topicNameValues().entrySet()) {
            KafkaAnswers.await("delete topic " + answer.getKey(), answer.getValue());
        }
        unhide();
        return new Removed(topics, Fate.DELETED);
    }

    private List<String> topics() {
        return KafkaAnswers.await("list topics", admin.listTopics().names()).stream()
                .filter(name -> TopicNames.parse(name)
                        .filter(topic -> topic.tenant().equals(tenant))
                        .isPresent())
                .sorted()
                .toList();
    }

    private boolean hide() {
        List<AclBinding> hiding = READERS.stream()
                .map(reader -> new AclBinding(
                        new ResourcePattern(ResourceType.TOPIC, prefix, PatternType.PREFIXED),
                        new AccessControlEntry(reader, "*", AclOperation.DESCRIBE, AclPermissionType.DENY)))
                .toList();
        try {
            admin.createAcls(hiding).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SecurityDisabledException) {
                return false;
            }
            throw KafkaAnswers.unavailable("hide the topics of " + tenant, String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            throw KafkaAnswers.unavailable("hide the topics of " + tenant, "no answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaAnswers.unavailable("hide the topics of " + tenant, "interrupted");
        }
    }

    /** Until no member of a group that reads by pattern has a partition of the tenant. */
    private void awaitUnread() {
        long deadline = System.nanoTime() + REBALANCE.toNanos();
        while (isRead()) {
            if (System.nanoTime() > deadline) {
                LOG.atWarn()
                        .addKeyValue("tenant", tenant)
                        .log(
                                "topics are still read although they are hidden: deleting them may stop routers for seconds");
                return;
            }
            KafkaAnswers.pause(LOOK_AGAIN);
        }
    }

    private boolean isRead() {
        return admin.describeConsumerGroups(GROUPS).describedGroups().values().stream()
                .flatMap(answer -> described(answer).stream())
                .flatMap(group -> group.members().stream())
                .flatMap(member -> member.assignment().topicPartitions().stream())
                .anyMatch(partition -> partition.topic().startsWith(prefix));
    }

    /** A group that does not exist reads nothing. */
    private static Optional<ConsumerGroupDescription> described(KafkaFuture<ConsumerGroupDescription> answer) {
        try {
            return Optional.of(answer.get(ANSWER_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException e) {
            LOG.atDebug().setCause(e).log("a group cannot be described");
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaAnswers.unavailable("describe the routers' group", "interrupted");
        }
    }

    private void empty(List<String> topics) {
        Map<TopicPartition, OffsetSpec> all = new HashMap<>();
        KafkaAnswers.await(
                        "describe the topics of " + tenant,
                        admin.describeTopics(topics).allTopicNames())
                .values()
                .forEach(topic -> topic.partitions()
                        .forEach(partition ->
                                all.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest())));
        Map<TopicPartition, RecordsToDelete> before = new HashMap<>();
        KafkaAnswers.await(
                        "read the ends of the topics of " + tenant,
                        admin.listOffsets(all).all())
                .forEach((partition, end) -> before.put(partition, RecordsToDelete.beforeOffset(end.offset())));
        KafkaAnswers.await(
                "delete the records of " + tenant, admin.deleteRecords(before).all());
    }

    /** Nothing is left that could name the tenant's topics: neither what hid them nor who was allowed to use them. */
    private void unhide() {
        List<AclBindingFilter> filters = Stream.concat(
                        Stream.of(
                                filter(ResourceType.TOPIC, prefix, PatternType.PREFIXED),
                                filter(ResourceType.GROUP, tenant + ".", PatternType.PREFIXED)),
                        Arrays.stream(TopicNames.Channel.values())
                                .map(channel -> filter(ResourceType.TOPIC, channel.of(tenant), PatternType.LITERAL)))
                .toList();
        KafkaAnswers.await(
                "remove the ACLs of " + tenant, admin.deleteAcls(filters).all());
    }

    private static AclBindingFilter filter(ResourceType type, String name, PatternType pattern) {
        return new AclBindingFilter(new ResourcePatternFilter(type, name, pattern), AccessControlEntryFilter.ANY);
    }
}
