package org.dmsc.bridge.mqtt.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dmsc.schemas.AgentRef;
import org.junit.jupiter.api.Test;

final class TopicRulesTest {

    private static final AgentRef OWN = AgentRef.of("acme", "a");

    /** Whatever filter an agent may subscribe to shows it none of these. */
    private static final List<String> NOT_ITS_OWN = List.of(
            "$a2a/v1/request/acme/main/b",
            "$a2a/v1/reply/acme/main/b/1",
            "$a2a/v1/reply/acme/main/ab/1",
            "$a2a/v1/discovery/globex/main/x",
            "$a2a/v1/discovery/acme-2/main/x",
            "dmsc/v1/acme/b/in",
            "dmsc/v1/acme/a/out",
            "dmsc/v1/globex/a/in");

    private static final List<String> LEVELS =
            List.of("$a2a", "v1", "request", "reply", "discovery", "acme", "main", "a", "+", "#", "dmsc", "in");

    @Test
    void grantsNoFilterThatShowsTopicsOfOthers() {
        for (String first : LEVELS) {
            for (String third : LEVELS) {
                for (String fourth : LEVELS) {
                    for (String last :
                            List.of("", "/main/a", "/main/+", "/main/a/+", "/#", "/+", "/+/+", "/a/in", "/+/in")) {
                        check(first + "/v1/" + third + "/" + fourth + last);
                        check(first + "/v1/" + third + last);
                    }
                }
            }
        }
    }

    private static void check(String filter) {
        if (TopicRules.maySubscribe(OWN, filter)) {
            assertThat(NOT_ITS_OWN).as(filter).noneMatch(topic -> TopicRules.matches(filter, topic));
        }
    }

    @Test
    void refusesSharedSubscriptions() {
        assertThat(TopicRules.maySubscribe(OWN, "$share/g/$a2a/v1/request/acme/main/a"))
                .isFalse();
        assertThat(TopicRules.maySubscribe(OWN, "$queue/$a2a/v1/request/acme/main/a"))
                .isFalse();
    }

    @Test
    void matchesFiltersAsMqttSays() {
        assertThat(TopicRules.matches("a/+/c", "a/b/c")).isTrue();
        assertThat(TopicRules.matches("a/#", "a")).isTrue();
        assertThat(TopicRules.matches("a/#", "a/b/c")).isTrue();
        assertThat(TopicRules.matches("a/+", "a/b/c")).isFalse();
        assertThat(TopicRules.matches("a/b/c", "a/b")).isFalse();
    }

    @Test
    void bindsClientIdsToTheAgent() {
        assertThat(TopicRules.isClientIdOf(OWN, "acme/main/a")).isTrue();
        assertThat(TopicRules.isClientIdOf(OWN, "acme/main/a/pub-1")).isTrue();
        for (String other : List.of(
                "",
                "a",
                "acme/main/ab",
                "acme/main/b",
                "globex/main/a",
                "acme/main/a/",
                "acme/main/a/b/c",
                "acme/x/a")) {
            assertThat(TopicRules.isClientIdOf(OWN, other)).as(other).isFalse();
        }
    }

    @Test
    void takesRepliesBelowTheRequestersOwnTopicOnly() {
        assertThat(TopicRules.ownReply(OWN, "$a2a/v1/reply/acme/main/a/x")).isPresent();
        for (String other : List.of(
                "$a2a/v1/reply/acme/main/b/x",
                "$a2a/v1/reply/acme/main/a",
                "$a2a/v1/reply/acme/main/a/+",
                "$a2a/v1/request/acme/main/a",
                "x")) {
            assertThat(TopicRules.ownReply(OWN, other)).as(other).isEmpty();
        }
    }

    @Test
    void letsAWillGoToTheOwnCardOnly() {
        assertThat(TopicRules.mayLeaveWill(OWN, "$a2a/v1/discovery/acme/main/a"))
                .isTrue();
        assertThat(TopicRules.mayLeaveWill(OWN, "$a2a/v1/discovery/acme/main/b"))
                .isFalse();
        assertThat(TopicRules.mayLeaveWill(OWN, "dmsc/v1/acme/a/out")).isFalse();
    }
}
