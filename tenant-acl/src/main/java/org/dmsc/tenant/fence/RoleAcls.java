package org.dmsc.tenant.fence;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;

/**
 * Who may do what in Kafka: what is not here is refused. Prefixes end with a delimiter, because {@code dmsc.acme} would also be the
 * beginning of {@code dmsc.acme-2.events}. Pure.
 *
 * <pre>
 *              dmsc.sys.*                          dmsc.audit   dmsc.&lt;tenant&gt;.*
 *   gateway    read; write but tenants, registry,  read         read, write all but audit
 *              lessons, models
 *   router     read; write intake, lessons, models,              read tasks, events; write events, inbox, agents, dead
 *              revocations (its tick), their acks
 *   registry   read; write registry, audit-intake               read agents
 *   audit      read; write schemas                 write        write audit
 *   keys       read; write schemas, purges, intake, revocations (its tick), their acks
 *   admin      all but write registry                           make, remove; write tasks and read events (canary)
 *   a tenant's own client                                       read audit, events; groups &lt;tenant&gt;.*
 * </pre>
 */
public final class RoleAcls {

    private static final String SYSTEM = "dmsc.sys.";
    private static final String FABRIC = "dmsc.";
    private static final String ANY_HOST = "*";

    private final List<AclBinding> all = new ArrayList<>();

    private RoleAcls() {}

    /** Rights on the fabric's own topics, groups and transactions. */
    public static List<AclBinding> system() {
        RoleAcls acls = new RoleAcls();
        for (KafkaRole role : List.of(
                KafkaRole.GATEWAY,
                KafkaRole.ROUTER,
                KafkaRole.REGISTRY,
                KafkaRole.AUDIT,
                KafkaRole.KEYS,
                KafkaRole.ADMIN)) {
            acls.allow(role, prefixed(ResourceType.TOPIC, SYSTEM), AclOperation.READ)
                    .allow(role, topic(TopicNames.SCHEMAS), AclOperation.WRITE)
                    .allow(role, topic(TopicNames.PURGES), AclOperation.WRITE)
                    .allow(role, topic(TopicNames.AUDIT), AclOperation.DESCRIBE)
                    .allow(role, topic(TopicNames.AUDIT_CHECKPOINTS), AclOperation.DESCRIBE)
                    .allow(role, cluster(), AclOperation.IDEMPOTENT_WRITE);
        }
        acls.gateway();
        acls.application(KafkaRole.ROUTER, "dmsc-router")
                .allow(KafkaRole.ROUTER, topic(TopicNames.AUDIT_INTAKE), AclOperation.WRITE)
                .allow(KafkaRole.ROUTER, topic(TopicNames.LESSONS), AclOperation.WRITE)
                // A router that answers gateways hears revocations, by its tick, as whoever lets others in does.
                .allow(KafkaRole.ROUTER, topic(TopicNames.REVOCATIONS), AclOperation.WRITE)
                .allow(KafkaRole.ROUTER, topic(TopicNames.REVOCATION_ACKS), AclOperation.WRITE);
        acls.application(KafkaRole.ROUTER, "dmsc-learner")
                .allow(KafkaRole.ROUTER, topic(TopicNames.MODELS), AclOperation.WRITE);
        acls.application(KafkaRole.REGISTRY, "dmsc-registry")
                .allow(KafkaRole.REGISTRY, topic(TopicNames.AUDIT_INTAKE), AclOperation.WRITE)
                .allow(KafkaRole.REGISTRY, topic(TopicNames.REGISTRY), AclOperation.WRITE);
        acls.application(KafkaRole.AUDIT, "dmsc-audit")
                .allow(KafkaRole.AUDIT, topic(TopicNames.AUDIT), AclOperation.READ, AclOperation.WRITE)
                .allow(KafkaRole.AUDIT, topic(TopicNames.AUDIT_CHECKPOINTS), AclOperation.READ, AclOperation.WRITE);
        acls.allow(KafkaRole.KEYS, topic(TopicNames.AUDIT_INTAKE), AclOperation.WRITE)
                .allow(KafkaRole.KEYS, topic(TopicNames.REVOCATIONS), AclOperation.WRITE)
                .allow(KafkaRole.KEYS, topic(TopicNames.REVOCATION_ACKS), AclOperation.WRITE);
        acls.admin();
        return List.copyOf(acls.all);
    }

    private void gateway() {
        allow(KafkaRole.GATEWAY, prefixed(ResourceType.TOPIC, SYSTEM), AclOperation.WRITE);
        deny(KafkaRole.GATEWAY, topic(TopicNames.TENANTS), AclOperation.WRITE);
        deny(KafkaRole.GATEWAY, topic(TopicNames.REGISTRY), AclOperation.WRITE);
        deny(KafkaRole.GATEWAY, topic(TopicNames.LESSONS), AclOperation.WRITE);
        deny(KafkaRole.GATEWAY, topic(TopicNames.MODELS), AclOperation.WRITE);
        allow(KafkaRole.GATEWAY, topic(TopicNames.AUDIT), AclOperation.READ);
        allow(KafkaRole.GATEWAY, topic(TopicNames.AUDIT_CHECKPOINTS), AclOperation.READ);
        allow(
                KafkaRole.GATEWAY,
                new ResourcePattern(ResourceType.GROUP, "dmsc-gateways", PatternType.LITERAL),
                AclOperation.READ);
        allow(KafkaRole.GATEWAY, prefixed(ResourceType.TRANSACTIONAL_ID, "dmsc-put-back-"), AclOperation.WRITE);
    }

    private void admin() {
        // To see when nobody reads the topics of a tenant that leaves any more.
        for (String group : List.of("dmsc-router", "dmsc-registry")) {
            allow(
                    KafkaRole.ADMIN,
                    new ResourcePattern(ResourceType.GROUP, group, PatternType.LITERAL),
                    AclOperation.DESCRIBE);
        }
        allow(KafkaRole.ADMIN, prefixed(ResourceType.TOPIC, SYSTEM), AclOperation.WRITE);
        deny(KafkaRole.ADMIN, topic(TopicNames.REGISTRY), AclOperation.WRITE);
        allow(
                KafkaRole.ADMIN,
                prefixed(ResourceType.TOPIC, FABRIC),
                AclOperation.CREATE,
                AclOperation.DELETE,
                AclOperation.ALTER,
                AclOperation.DESCRIBE,
                AclOperation.DESCRIBE_CONFIGS,
                AclOperation.ALTER_CONFIGS);
        allow(
                KafkaRole.ADMIN,
                cluster(),
                AclOperation.ALTER,
                AclOperation.DESCRIBE,
                AclOperation.ALTER_CONFIGS,
                AclOperation.DESCRIBE_CONFIGS);
    }

    /** What a Kafka Streams application needs for itself: its group, its transactions, its changelogs. */
    private RoleAcls application(KafkaRole role, String id) {
        return allow(role, new ResourcePattern(ResourceType.GROUP, id, PatternType.LITERAL), AclOperation.READ)
                .allow(role, prefixed(ResourceType.TRANSACTIONAL_ID, id + "-"), AclOperation.WRITE)
                .allow(
                        role,
                        prefixed(ResourceType.TOPIC, id + "-"),
                        AclOperation.CREATE,
                        AclOperation.READ,
                        AclOperation.WRITE,
                        AclOperation.DELETE,
                        AclOperation.DESCRIBE_CONFIGS);
    }

    /** Rights of the fabric's processes on a tenant's topics. */
    public static List<AclBinding> tenant(TenantId tenant) {
        RoleAcls acls = new RoleAcls();
        acls.allow(
                KafkaRole.GATEWAY, prefixed(ResourceType.TOPIC, prefix(tenant)), AclOperation.READ, AclOperation.WRITE);
        acls.deny(KafkaRole.GATEWAY, channel(tenant, Channel.AUDIT), AclOperation.WRITE);
        acls.allow(KafkaRole.ROUTER, channel(tenant, Channel.TASKS), AclOperation.READ)
                .allow(KafkaRole.ROUTER, channel(tenant, Channel.EVENTS), AclOperation.READ, AclOperation.WRITE)
                .allow(KafkaRole.ROUTER, channel(tenant, Channel.INBOX), AclOperation.WRITE)
                .allow(KafkaRole.ROUTER, channel(tenant, Channel.AGENTS), AclOperation.WRITE)
                .allow(KafkaRole.ROUTER, channel(tenant, Channel.DEAD), AclOperation.WRITE)
                .allow(KafkaRole.REGISTRY, channel(tenant, Channel.AGENTS), AclOperation.READ)
                .allow(KafkaRole.AUDIT, channel(tenant, Channel.AUDIT), AclOperation.WRITE)
                .allow(KafkaRole.ADMIN, channel(tenant, Channel.TASKS), AclOperation.WRITE)
                .allow(KafkaRole.ADMIN, channel(tenant, Channel.EVENTS), AclOperation.READ);
        return List.copyOf(acls.all);
    }

    /** What a tenant's own Kafka client may do: whoever could write to its tenant's topics could forge heartbeats and answers. */
    public static List<AclBinding> reader(TenantId tenant, String principal) {
        return List.of(
                allowed(principal, channel(tenant, Channel.AUDIT), AclOperation.READ),
                allowed(principal, channel(tenant, Channel.EVENTS), AclOperation.READ),
                allowed(principal, prefixed(ResourceType.GROUP, tenant + "."), AclOperation.READ));
    }

    /** {@code dmsc.<tenant>.}, which begins the names of this tenant's topics and of nobody else's. */
    static String prefix(TenantId tenant) {
        return FABRIC + tenant + ".";
    }

    private RoleAcls allow(KafkaRole role, ResourcePattern resource, AclOperation... operations) {
        for (AclOperation operation : operations) {
            all.add(allowed(role.principal(), resource, operation));
        }
        return this;
    }

    private void deny(KafkaRole role, ResourcePattern resource, AclOperation operation) {
        all.add(new AclBinding(
                resource, new AccessControlEntry(role.principal(), ANY_HOST, operation, AclPermissionType.DENY)));
    }

    private static AclBinding allowed(String principal, ResourcePattern resource, AclOperation operation) {
        return new AclBinding(
                resource, new AccessControlEntry(principal, ANY_HOST, operation, AclPermissionType.ALLOW));
    }

    private static ResourcePattern channel(TenantId tenant, Channel channel) {
        return topic(channel.of(tenant));
    }

    private static ResourcePattern topic(String name) {
        return new ResourcePattern(ResourceType.TOPIC, name, PatternType.LITERAL);
    }

    private static ResourcePattern prefixed(ResourceType type, String prefix) {
        return new ResourcePattern(type, prefix, PatternType.PREFIXED);
    }

    private static ResourcePattern cluster() {
        return new ResourcePattern(ResourceType.CLUSTER, Resource.CLUSTER_NAME, PatternType.LITERAL);
    }
}
