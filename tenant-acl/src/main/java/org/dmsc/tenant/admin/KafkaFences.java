package org.dmsc.tenant.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.fence.RoleAcls;
import org.dmsc.tenant.kafka.KafkaClients;

/**
 * Puts up Kafka's own fences, as often as one likes: ACLs and quotas. Blocks until the brokers hold them. Every method throws
 * {@link org.dmsc.schemas.RefusedException} UNAVAILABLE when Kafka does not.
 */
public final class KafkaFences {

    /** What all producers of one tenant write through one broker, in bytes per second: far above what policy lets pass at the edges. */
    private static final double TENANT_WRITES = 64 * 1024 * 1024;

    /** What one client of a tenant's own reads from one broker, in bytes per second. */
    private static final double READER_READS = 8 * 1024 * 1024;

    /** How much of a broker's request threads one client of a tenant's own may take, in percent of one thread. */
    private static final double READER_REQUESTS = 25;

    /** Far below what the controller takes in one request (10,000). */
    private static final int MOST_AT_ONCE = 2000;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Admin admin;

    /** With an admin client of a principal that may alter the cluster; the caller closes it. */
    public KafkaFences(Admin admin) {
        this.admin = admin;
    }

    /** Rights of the fabric's roles on its own topics, and on those of every tenant that has topics. */
    public void ensureAll() {
        Set<TenantId> tenants = new TreeSet<>();
        KafkaAnswers.await(
                        "list topics",
                        admin.listTopics(new ListTopicsOptions().listInternal(false))
                                .names())
                .forEach(topic -> TopicNames.parse(topic).ifPresent(found -> tenants.add(found.tenant())));
        List<AclBinding> wanted = new ArrayList<>(RoleAcls.system());
        tenants.forEach(tenant -> wanted.addAll(RoleAcls.tenant(tenant)));
        ensure(wanted);
    }

    /** Rights of the fabric's roles on a tenant's topics, which need not exist yet; and what its producers may write. */
    public void ensureTenant(TenantId tenant) {
        ensure(RoleAcls.tenant(tenant));
        ClientQuotaEntity producers = new ClientQuotaEntity(Map.of(
                ClientQuotaEntity.USER, KafkaRole.GATEWAY.user(),
                ClientQuotaEntity.CLIENT_ID, KafkaClients.tenantClientId(tenant)));
        limit(producers, Map.of("producer_byte_rate", TENANT_WRITES));
    }

    /** Lets a client of a tenant's own read what is the tenant's to read. */
    public void admitReader(TenantId tenant, String user) {
        ensure(RoleAcls.reader(tenant, "User:" + user));
        limit(reader(user), Map.of("consumer_byte_rate", READER_READS, "request_percentage", READER_REQUESTS));
    }

    /** Takes all rights of that client away. */
    public void dismissReader(String user) {
        AclBindingFilter all = new AclBindingFilter(
                ResourcePatternFilter.ANY,
                new AccessControlEntryFilter("User:" + user, null, AclOperation.ANY, AclPermissionType.ANY));
        KafkaAnswers.await(
                "remove ACLs of " + user, admin.deleteAcls(List.of(all)).all());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!KafkaAnswers.await("read ACLs", admin.describeAcls(all).values())
                .isEmpty()) {
            requireTime(deadline, "see the removal of ACLs");
        }
    }

    private void ensure(List<AclBinding> wanted) {
        List<AclBinding> missing = missing(wanted);
        for (int from = 0; from < missing.size(); from += MOST_AT_ONCE) {
            List<AclBinding> some = missing.subList(from, Math.min(from + MOST_AT_ONCE, missing.size()));
            KafkaAnswers.await("make ACLs", admin.createAcls(some).all());
        }
        // The controller acknowledges; brokers learn of it a moment later, and refuse until then.
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!missing.isEmpty() && !missing(missing).isEmpty()) {
            requireTime(deadline, "see new ACLs");
        }
    }

    private List<AclBinding> missing(List<AclBinding> wanted) {
        Set<AclBinding> present = new HashSet<>(present());
        return wanted.stream().filter(binding -> !present.contains(binding)).toList();
    }

    private Collection<AclBinding> present() {
        return KafkaAnswers.await(
                "read ACLs", admin.describeAcls(AclBindingFilter.ANY).values());
    }

    private void limit(ClientQuotaEntity entity, Map<String, Double> rates) {
        List<ClientQuotaAlteration.Op> operations = rates.entrySet().stream()
                .map(rate -> new ClientQuotaAlteration.Op(rate.getKey(), rate.getValue()))
                .toList();
        KafkaAnswers.await(
                "set quotas of " + entity.entries(),
                admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, operations)))
                        .all());
    }

    private static ClientQuotaEntity reader(String user) {
        return new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, user));
    }

    private static void requireTime(long deadline, String what) {
        if (System.nanoTime() > deadline) {
            throw KafkaAnswers.unavailable(what, "not within " + PATIENCE.toSeconds() + " s");
        }
        KafkaAnswers.pause(LOOK_AGAIN);
    }
}
