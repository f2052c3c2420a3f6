package org.dmsc.bridge.core.a2a;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.Terms;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.Test;

/** What a caller sends, read or refused. */
final class SendRequestsTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final String GOOD =
            "{'message':{'messageId':'m','role':'ROLE_USER','parts':[{'text':'first'},{'data':{'n':1.10}},{'text':'second'}]}}";

    @Test
    void readsTheNeedFromTheTextWhenNothingElseIsSaid() {
        AgentMessage message = read(GOOD);

        assertThat(message.messageId()).isEqualTo("m");
        assertThat(message.need().target()).isEmpty();
        assertThat(message.need().intent()).isEqualTo("first\nsecond");
        assertThat(new String(message.message(), StandardCharsets.UTF_8)).contains("1.10");
    }

    @Test
    void readsTheNeedFromTheExtensionAndTakesItOutOfTheMessage() {
        AgentMessage message = read(GOOD.replace(
                "'parts'",
                "'metadata':{'urn:dmsc:ext:delegation:1':{'agent':'billing','skill':'refunds','tags':['a','b'],'intent':'pay','timeoutMs':500,"
                        + "'token':'t'},'dmsc-tenant':'evil','mine':1},'parts'"));

        assertThat(message.need().target()).contains(AgentRef.of("acme", "billing"));
        assertThat(message.need().skill()).contains("refunds");
        assertThat(message.need().tags()).containsExactlyInAnyOrder("a", "b");
        assertThat(message.need().intent()).isEqualTo("pay");
        assertThat(message.terms().timeout()).contains(Duration.ofMillis(500));
        assertThat(message.terms().delegationToken()).contains("t");
        assertThat(new String(message.message(), StandardCharsets.UTF_8))
                .contains("\"mine\":1")
                .doesNotContain("dmsc-tenant")
                .doesNotContain("urn:dmsc");
    }

    @Test
    void case_34_whatOnlyTheFabricMaySayIsTakenOutOfPartsToo() {
        AgentMessage message = read(
                "{'message':{'messageId':'m','role':'ROLE_USER','parts':[{'text':'x','metadata':"
                        + "{'dmsc-identity':'evil','DMSC-Tenant':'evil','urn:dmsc:ext:delegation:1':{'caller':'evil'},'mine':1}}]}}");

        assertThat(new String(message.message(), StandardCharsets.UTF_8))
                .contains("mine")
                .doesNotContain("evil");
    }

    @Test
    void readsDataTags() {
        AgentMessage message =
                read(GOOD.replace("'parts'", "'metadata':{'urn:dmsc:ext:delegation:1':{'dataTags':['pii']}},'parts'"));

        assertThat(message.need().dataTags()).containsExactly("pii");
    }

    @Test
    void takesAnotherTenantsAgentByItsFullName() {
        String body = GOOD.replace("'parts'", "'metadata':{'urn:dmsc:ext:delegation:1':{'agent':'beta/b'}},'parts'");

        assertThat(read(body).need().target()).contains(AgentRef.of("beta", "b"));
    }

    @Test
    void takesTheGatewaysOwnAddressForNobody() {
        assertThat(SendRequests.toMessage(
                                json(GOOD), ACME, Optional.of(AgentRef.of("acme", "gateway")), Terms.plain("t"))
                        .need()
                        .target())
                .isEmpty();
    }

    @Test
    void refusesAnAddressAndANameThatDisagree() {
        ObjectNode body =
                json(GOOD.replace("'parts'", "'metadata':{'urn:dmsc:ext:delegation:1':{'agent':'a'}},'parts'"));

        assertThatThrownBy(() ->
                        SendRequests.toMessage(body, ACME, Optional.of(AgentRef.of("acme", "b")), Terms.plain("t")))
                .hasMessageContaining("acme/a")
                .hasMessageContaining("acme/b");
    }

    @Test
    void keepsOnlyTaskIdsThatCanExist() {
        String id = UUID.randomUUID().toString();

        assertThat(read(GOOD.replace("'parts'", "'taskId':'" + id + "','parts'"))
                        .existingTaskId())
                .contains(id);
        assertRefused(GOOD.replace("'parts'", "'taskId':'1','parts'"), Refusal.TASK_UNKNOWN, "task");
    }

    @Test
    void refusesEachMissingOrWrongMemberByItsName() {
        Map<String, String> bodies = Map.ofEntries(
                Map.entry("{}", "message"),
                Map.entry("{'message':[]}", "message"),
                Map.entry(GOOD.replace("'messageId':'m',", ""), "message.messageId"),
                Map.entry(GOOD.replace("'messageId':'m'", "'messageId':''"), "message.messageId"),
                Map.entry(GOOD.replace("'messageId':'m'", "'messageId':'a\\nb'"), "message.messageId"),
                Map.entry(
                        GOOD.replace("'messageId':'m'", "'messageId':'" + "x".repeat(300) + "'"), "message.messageId"),
                Map.entry(GOOD.replace("ROLE_USER", "user"), "message.role"),
                Map.entry("{'message':{'messageId':'m','role':'ROLE_USER'}}", "message.parts"),
                Map.entry("{'message':{'messageId':'m','role':'ROLE_USER','parts':[]}}", "message.parts"),
                Map.entry(GOOD.replace("{'text':'first'}", "{}"), "message.parts[0].content"),
                Map.entry(GOOD.replace("{'text':'first'}", "{'text':'a','url':'b'}"), "message.parts[0].content"),
                Map.entry(GOOD.replace("{'text':'first'}", "{'text':1}"), "message.parts[0].text"),
                Map.entry(GOOD.replace("{'text':'first'}", "{'raw':'%%%'}"), "message.parts[0].raw"),
                Map.entry(GOOD.replace("{'text':'first'}", "7"), "message.parts"),
                Map.entry(GOOD.replace("}]}}", "}]},'configuration':{'historyLength':-1}}"), "historyLength"),
                Map.entry(
                        GOOD.replace("}]}}", "}]},'configuration':{'returnImmediately':'yes'}}"), "returnImmediately"),
                Map.entry(GOOD.replace("}]}}", "}]},'metadata':7}"), "metadata"),
                Map.entry(GOOD.replace("'first'", "' '").replace("'second'", "''"), "message"));
        bodies.forEach((body, field) -> assertRefused(body, Refusal.INVALID_REQUEST, field));
    }

    @Test
    void handsOnWhereTheCallerWantsToBeTold() {
        String body = GOOD.replace("}]}}", "}]},'configuration':{'taskPushNotificationConfig':{'url':'https://x'}}}");

        SendRequests.Wishes wishes =
                SendRequests.wishes(A2aJson.parse(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));

        assertThat(wishes.push().orElseThrow().path("url").asText()).isEqualTo("https://x");
    }

    @Test
    void countsNullAsAbsent() {
        assertThat(read(GOOD.replace("'parts'", "'taskId':null,'contextId':null,'metadata':null,'parts'"))
                        .contextId())
                .isEmpty();
        assertThat(read(GOOD.replace("{'text':'first'}", "{'text':'x','raw':null}"))
                        .need()
                        .intent())
                .startsWith("x");
    }

    private static void assertRefused(String body, Refusal refusal, String field) {
        assertThatThrownBy(() -> read(body))
                .as(body)
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(refusal))
                .hasMessageContaining(field)
                .hasMessageContaining("expected");
    }

    private static AgentMessage read(String body) {
        return SendRequests.toMessage(json(body), ACME, Optional.empty(), Terms.plain("test"));
    }

    static ObjectNode json(String quoted) {
        return A2aJson.parse(quoted.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
