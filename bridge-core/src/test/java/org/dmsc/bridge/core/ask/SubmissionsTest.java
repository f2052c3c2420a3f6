package org.dmsc.bridge.core.ask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.DelegationTokens;
import org.dmsc.bridge.core.Lineage;
import org.dmsc.bridge.core.MutableClock;
import org.dmsc.bridge.core.Need;
import org.dmsc.bridge.core.Terms;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.keys.AuditHmac;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("case-70")
final class SubmissionsTest {

    private static final long NOW = 1_000_000;
    private static final AgentRef ALICE = AgentRef.of("acme", "alice");
    private static final AgentRef WORKER = AgentRef.of("acme", "worker");

    private final AuditHmac hmac = SubmissionsTest::hash;
    private final DelegationTokens tokens = new DelegationTokens(hmac);
    private final Submissions submissions = new Submissions(hmac, tokens, "gateway-1", new MutableClock(NOW));

    @Test
    void theSameMessageOfTheSameCallerIsTheSameTaskOnAnyGateway() {
        Submissions elsewhere = new Submissions(hmac, tokens, "gateway-2", new MutableClock(NOW + 5));
        qt().forAll(
                        strings().allPossible().ofLengthBetween(1, 40),
                        strings().allPossible().ofLengthBetween(1, 40))
                .assuming((one, two) -> !one.isBlank() && !two.isBlank())
                .checkAssert((one, two) -> {
                    TaskSubmission first = submissions.task(ALICE, tenant(), message(one, Terms.plain("test")));
                    TaskSubmission again = elsewhere.task(ALICE, tenant(), message(one, Terms.plain("test")));
                    TaskSubmission other = submissions.task(ALICE, tenant(), message(two, Terms.plain("test")));

                    assertThat(again.getTaskId()).isEqualTo(first.getTaskId());
                    assertThat(again.getContextId())
                            .isEqualTo(first.getContextId())
                            .isNotEqualTo(first.getTaskId());
                    assertThat(first.getTaskId().equals(other.getTaskId())).isEqualTo(one.equals(two));
                    assertThat(UUID.fromString(first.getTaskId()).version()).isEqualTo(4);
                    assertThat(UUID.fromString(first.getTaskId()).variant()).isEqualTo(2);
                });
    }

    @Test
    void anotherCallersMessageOfTheSameIdIsAnotherTask() {
        String alices = submissions
                .task(ALICE, tenant(), message("m", Terms.plain("test")))
                .getTaskId();
        String workers = submissions
                .task(WORKER, tenant(), message("m", Terms.plain("test")))
                .getTaskId();

        assertThat(alices).isNotEqualTo(workers);
    }

    @Test
    void aTenantsLimitsHoldWhateverTheCallerWants() {
        Terms greedy = new Terms(false, Optional.of(Duration.ofDays(1)), "test", Optional.empty(), Optional.empty());
        Terms modest = new Terms(false, Optional.of(Duration.ofSeconds(2)), "test", Optional.empty(), Optional.empty());

        assertThat(submissions.task(ALICE, tenant(), message("m", greedy)).getDeadline())
                .isEqualTo(NOW + 300_000);
        assertThat(submissions.task(ALICE, tenant(), message("m", modest)).getDeadline())
                .isEqualTo(NOW + 2_000);
    }

    @Test
    void aSubTaskInheritsDepthAncestorsAndDeadline() {
        String token = tokens.issue(delivery(3, NOW + 7_000));

        TaskSubmission sub = submissions.task(WORKER, tenant(), message("m", withToken(token)));

        assertThat(sub.getHops()).isEqualTo(4);
        assertThat(sub.getAncestors()).containsExactly("acme/root", "acme/alice");
        assertThat(sub.getParentTaskId()).isEqualTo("parent");
        assertThat(sub.getRootTaskId()).isEqualTo("top");
        assertThat(sub.getDeadline()).isEqualTo(NOW + 7_000);
    }

    @Test
    void refusesATokenOfSomebodyElseAForgedOneAndTooDeepASubTask() {
        String token = tokens.issue(delivery(3, NOW + 7_000));

        refused(Refusal.NOT_PERMITTED, ALICE, withToken(token));
        refused(Refusal.INVALID_REQUEST, WORKER, withToken("x" + token));
        refused(Refusal.INVALID_REQUEST, WORKER, withToken(forged(token)));
        refused(Refusal.INVALID_REQUEST, WORKER, withToken(""));
        refused(Refusal.HOP_LIMIT, WORKER, withToken(tokens.issue(delivery(8, NOW + 7_000))));
        refused(Refusal.DEADLINE_EXCEEDED, WORKER, withToken(tokens.issue(delivery(1, NOW))));
    }

    @Test
    void case_70_aSubTaskInheritsTheDataTagsOfItsTask() {
        Delivery tagged = Delivery.newBuilder(delivery(1, NOW + 7_000))
                .setDataTags(List.of("pii"))
                .build();

        TaskSubmission sub = submissions.task(WORKER, tenant(), message("m", withToken(tokens.issue(tagged))));

        assertThat(sub.getDataTags()).containsExactly("pii");
    }

    /** Whatever a sub-task asks for, nothing of it is wider than its parent's: time, depth, attempts, priority, data tags. */
    @Test
    void nothingOfASubTaskIsWiderThanItsParents() {
        java.util.Random random = new java.util.Random(4);
        for (int i = 0; i < 500; i++) {
            Delivery parent = Delivery.newBuilder(delivery(random.nextInt(7), NOW + 1 + random.nextInt(400_000)))
                    .setMaxAttempts(1 + random.nextInt(6))
                    .setPriority(random.nextInt(3) - 1)
                    .setDataTags(random.nextBoolean() ? List.of("pii") : List.of())
                    .build();
            Terms greedy = new Terms(
                    false,
                    random.nextBoolean()
                            ? Optional.of(Duration.ofMillis(1 + random.nextInt(900_000)))
                            : Optional.empty(),
                    "test",
                    Optional.empty(),
                    Optional.of(tokens.issue(parent)),
                    org.dmsc.bridge.core.Priority.values()[random.nextInt(3)]);

            TaskSubmission sub = submissions.task(WORKER, tenant(), message("m" + i, greedy));

            assertThat(sub.getDeadline()).isLessThanOrEqualTo(parent.getDeadline());
            assertThat(sub.getHops()).isEqualTo(parent.getHops() + 1);
            assertThat(sub.getMaxAttempts())
                    .isLessThanOrEqualTo(parent.getMaxAttempts())
                    .isLessThanOrEqualTo(4);
            assertThat(sub.getPriority()).isLessThanOrEqualTo(parent.getPriority());
            assertThat(sub.getDataTags()).containsAll(parent.getDataTags());
            assertThat(sub.getAncestors()).contains("acme/root", "acme/alice");
            assertThat(sub.getRootTaskId()).isEqualTo("top");
        }
    }

    @Test
    void aChangedTokenIsNeverAccepted() {
        String token = tokens.issue(delivery(3, NOW + 7_000));
        for (int i = 0; i < token.length(); i++) {
            char changed = token.charAt(i) == 'A' ? 'B' : 'A';
            String other = token.substring(0, i) + changed + token.substring(i + 1);
            try {
                Lineage lineage = tokens.verify(other);
                // The last character of a base64 block may carry unused bits: then nothing was changed.
                assertThat(lineage).isEqualTo(tokens.verify(token));
            } catch (RefusedException e) {
                assertThat(e.refusal()).isEqualTo(Refusal.INVALID_REQUEST);
            }
        }
    }

    @Test
    void takesARequestersOwnIdOnlyInTheCanonicalForm() {
        String id = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
        AgentMessage own = new AgentMessage(
                "m",
                Optional.empty(),
                Optional.empty(),
                Optional.of(id),
                Need.of("x"),
                new byte[0],
                Terms.plain("test"));

        assertThat(submissions.task(ALICE, tenant(), own).getTaskId()).isEqualTo(id);
        assertThatThrownBy(() -> TaskIds.requester("1-2-3-4-5")).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> TaskIds.requester("task 1\n")).isInstanceOf(RefusedException.class);
    }

    private void refused(Refusal refusal, AgentRef caller, Terms terms) {
        assertThatThrownBy(() -> submissions.task(caller, tenant(), message("m", terms)))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    }

    private static String forged(String token) {
        String body = token.substring(0, token.indexOf('.'));
        String json = new String(Base64.getUrlDecoder().decode(body), StandardCharsets.UTF_8)
                .replace("\"hops\":4", "\"hops\":0");
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8))
                + token.substring(token.indexOf('.'));
    }

    private static Terms withToken(String token) {
        return new Terms(false, Optional.empty(), "test", Optional.empty(), Optional.of(token));
    }

    private static AgentMessage message(String id, Terms terms) {
        return new AgentMessage(
                id, Optional.empty(), Optional.empty(), Optional.empty(), Need.of("do it"), new byte[] {1}, terms);
    }

    private static Delivery delivery(int hops, long deadline) {
        return Delivery.newBuilder()
                .setDeliveryId("parent.1")
                .setKind(DeliveryKind.TASK)
                .setTaskId("parent")
                .setContextId("context")
                .setMessageId("message")
                .setAttempt(1)
                .setCallerTenant("acme")
                .setCallerAgent("alice")
                .setAssigneeTenant("acme")
                .setAssigneeAgent("worker")
                .setDeadline(deadline)
                .setAttemptDeadline(deadline)
                .setHops(hops)
                .setAncestors(List.of("acme/root"))
                .setRootTaskId("top")
                .setTime(NOW)
                .build();
    }

    private static TenantRecord tenant() {
        return TenantRecord.newBuilder()
                .setTenant("acme")
                .setState(TenantState.ACTIVE)
                .setGeneration(1)
                .setCreatedAt(0)
                .setUpdatedAt(0)
                .setCaCertificates(List.of())
                .setTokenIssuer("")
                .setTokenKeys("")
                .setRoutingKeyId("")
                .setPayloadKeyId("")
                .setLimits(TenantLimits.newBuilder().build())
                .build();
    }

    private static String hash(TenantId tenant, byte[] content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(("secret of " + tenant).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
