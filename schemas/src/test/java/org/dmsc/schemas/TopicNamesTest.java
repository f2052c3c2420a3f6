package org.dmsc.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.arbitrary;
import static org.quicktheories.generators.SourceDSL.strings;

import java.util.regex.Pattern;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.TopicNames.TenantTopic;
import org.junit.jupiter.api.Test;

class TopicNamesTest {

    private static final Pattern TENANT = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");

    @Test
    void namesATenantsTopics() {
        assertThat(Channel.TASKS.of(new TenantId("acme"))).isEqualTo("dmsc.acme.tasks");
        assertThat(Channel.INBOX.of(new TenantId("a-1"))).isEqualTo("dmsc.a-1.inbox");
    }

    @Test
    void takesApartWhatItNames() {
        qt().forAll(
                        arbitrary().pick("a", "acme", "a-b-c", "0", "x".repeat(40), "sysx", "audit1"),
                        arbitrary().enumValues(Channel.class))
                .checkAssert((tenant, channel) -> assertThat(TopicNames.parse(channel.of(new TenantId(tenant))))
                        .contains(new TenantTopic(new TenantId(tenant), channel)));
    }

    @Test
    void parsesOrDeclinesButNeverThrows() {
        qt().forAll(
                        strings().betweenCodePoints('-', 'z').ofLengthBetween(0, 45),
                        arbitrary().enumValues(Channel.class))
                .checkAssert((name, channel) -> {
                    boolean tenant = TENANT.matcher(name).matches() && !TenantId.RESERVED.contains(name);
                    assertThat(TopicNames.parse("dmsc." + name + "." + channel.label())
                                    .isPresent())
                            .isEqualTo(tenant);
                });
    }

    @Test
    void reservedWordsAreNobodysTopics() {
        for (String word : TenantId.RESERVED) {
            assertThat(TopicNames.parse("dmsc." + word + ".tasks")).as(word).isEmpty();
            assertThat(TopicNames.ROUTER_SOURCE
                            .matcher("dmsc." + word + ".tasks")
                            .matches())
                    .as(word)
                    .isFalse();
        }
        assertThat(TopicNames.parse(TopicNames.AUDIT_CHECKPOINTS)).isEmpty();
        assertThat(TopicNames.parse(TopicNames.TENANTS)).isEmpty();
    }

    @Test
    void routerReadsTasksAndEventsOfTenantsAndNothingElse() {
        assertThat("dmsc.acme.tasks").matches(TopicNames.ROUTER_SOURCE);
        assertThat("dmsc.acme.events").matches(TopicNames.ROUTER_SOURCE);
        for (String other : new String[] {
            "dmsc.acme.inbox", "dmsc.acme.agents", "xdmsc.acme.tasks", "dmsc.acme.tasks.x", "dmscXacmeXtasks"
        }) {
            assertThat(other).doesNotMatch(TopicNames.ROUTER_SOURCE);
        }
    }

    @Test
    void registryReadsAgentsOfTenants() {
        assertThat("dmsc.acme.agents").matches(TopicNames.REGISTRY_SOURCE);
        assertThat("dmsc.sys.agents").doesNotMatch(TopicNames.REGISTRY_SOURCE);
    }
}
