package org.dmsc.tenant.fence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class RoleAclsTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId TWIN = new TenantId("acme-2");

    @Test
    @DisplayName(
            "case 63: no right on a tenant's topics or groups fits those of a tenant whose name begins with its name")
    void case63NothingFitsAPrefixTwin() {
        List<AclBinding> acme = new java.util.ArrayList<>(RoleAcls.tenant(ACME));
        acme.addAll(RoleAcls.reader(ACME, "User:someone"));

        for (Channel channel : Channel.values()) {
            assertThat(acme).noneMatch(binding -> fits(binding, ResourceType.TOPIC, channel.of(TWIN)));
        }
        assertThat(acme).noneMatch(binding -> fits(binding, ResourceType.GROUP, "acme-2.main"));
        assertThat(acme).anyMatch(binding -> fits(binding, ResourceType.GROUP, "acme.main"));
    }

    @Test
    void nobodyButTheSequencerMayWriteAuditTopics() {
        List<AclBinding> all = new java.util.ArrayList<>(RoleAcls.system());
        all.addAll(RoleAcls.tenant(ACME));

        for (String topic : List.of(TopicNames.AUDIT, TopicNames.AUDIT_CHECKPOINTS, Channel.AUDIT.of(ACME))) {
            assertThat(all.stream()
                            .filter(binding -> fits(binding, ResourceType.TOPIC, topic))
                            .filter(binding -> binding.entry().operation() == AclOperation.WRITE
                                    || binding.entry().operation() == AclOperation.ALL)
                            .filter(binding -> isAllowedIn(all, binding, topic))
                            .map(binding -> binding.entry().principal())
                            .distinct())
                    .as(topic)
                    .containsExactly(KafkaRole.AUDIT.principal());
        }
    }

    @Test
    void aTenantsOwnClientReadsOnly() {
        assertThat(RoleAcls.reader(ACME, "User:someone"))
                .extracting(binding -> binding.entry().operation())
                .containsOnly(AclOperation.READ);
    }

    @Test
    void everyPrefixEndsWithADelimiter() {
        List<AclBinding> all = new java.util.ArrayList<>(RoleAcls.system());
        all.addAll(RoleAcls.tenant(ACME));
        all.addAll(RoleAcls.reader(ACME, "User:someone"));

        assertThat(all.stream()
                        .filter(binding -> binding.pattern().patternType() == PatternType.PREFIXED)
                        .map(binding -> binding.pattern().name()))
                .isNotEmpty()
                .allMatch(prefix -> prefix.endsWith(".") || prefix.endsWith("-"));
    }

    private static boolean isAllowedIn(List<AclBinding> all, AclBinding allowed, String topic) {
        return allowed.entry().permissionType() == AclPermissionType.ALLOW
                && all.stream()
                        .noneMatch(other -> other.entry().permissionType() == AclPermissionType.DENY
                                && other.entry().operation() == allowed.entry().operation()
                                && other.entry()
                                        .principal()
                                        .equals(allowed.entry().principal())
                                && fits(other, ResourceType.TOPIC, topic));
    }

    private static boolean fits(AclBinding binding, ResourceType type, String name) {
        return binding.pattern().resourceType() == type
                && (binding.pattern().patternType() == PatternType.PREFIXED
                        ? name.startsWith(binding.pattern().name())
                        : name.equals(binding.pattern().name()));
    }
}
