package org.dmsc.bridge.core.ask;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.DelegationTokens;
import org.dmsc.bridge.core.Lineage;
import org.dmsc.bridge.core.Priority;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.NearSkill;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.keys.AuditHmac;

/** Makes the routing part of a task from a caller's request: ids, limits, lineage. Writes nothing. */
final class Submissions {

    /** Below this no agent can do anything. */
    private static final Duration LEAST_TIME = Duration.ofMillis(1);

    private static final int MOST_MESSAGE_ID = 256;

    private final AuditHmac hmac;
    private final TaskIds ids;
    private final DelegationTokens tokens;
    private final String gateway;
    private final Clock clock;

    Submissions(AuditHmac hmac, DelegationTokens tokens, String gateway, Clock clock) {
        this.hmac = hmac;
        this.ids = new TaskIds(hmac);
        this.tokens = tokens;
        this.gateway = gateway;
        this.clock = clock;
    }

    /**
     * A new task.
     *
     * @throws RefusedException INVALID_REQUEST, NOT_PERMITTED, HOP_LIMIT, DEADLINE_EXCEEDED
     */
    TaskSubmission task(AgentRef caller, TenantRecord tenant, AgentMessage message) {
        requireMessageId(message.messageId());
        String taskId = message.requesterTaskId()
                .map(TaskIds::requester)
                .orElseGet(() -> ids.task(caller, message.messageId()));
        Optional<Lineage> lineage = message.terms().delegationToken().map(token -> tokens.verify(token, caller));
        TenantLimits limits = tenant.getLimits();
        int hops = lineage.map(Lineage::hops).orElse(0);
        if (hops > limits.getMaxHops()) {
            throw new RefusedException(
                    Refusal.HOP_LIMIT,
                    "the task is " + hops + " delegations deep (expected at most " + limits.getMaxHops() + " in tenant "
                            + caller.tenant() + ")");
        }
        return common(caller, message)
                .setTaskId(taskId)
                .setContextId(message.contextId().orElseGet(() -> ids.context(caller, message.messageId())))
                .setDeadline(deadline(message, limits, lineage))
                .setAttemptTimeoutMs(limits.getAttemptTimeoutMs())
                .setMaxAttempts(Math.min(
                        limits.getMaxAttempts(), lineage.map(Lineage::attempts).orElse(Integer.MAX_VALUE)))
                .setPriority(message.terms()
                        .priority()
                        .atMost(lineage.map(Lineage::priority).orElse(Priority.HIGH))
                        .rank())
                .setHops(hops)
                .setAncestors(lineage.map(Lineage::ancestors).orElse(List.of()))
                .setDataTags(dataTags(message, lineage))
                .setParentTaskId(lineage.map(Lineage::parentTaskId).orElse(null))
                .setRootTaskId(lineage.map(Lineage::rootTaskId).orElse(taskId))
                .build();
    }

    /** The same task with skills that are near its intent in meaning, from above 0 to 1. */
    static TaskSubmission near(TaskSubmission task, Map<String, Double> skills) {
        List<NearSkill> near = skills.entrySet().stream()
                .map(skill -> new NearSkill(skill.getKey(), skill.getValue().floatValue()))
                .toList();
        return near.isEmpty()
                ? task
                : TaskSubmission.newBuilder(task).setNear(near).build();
    }

    /** A message to a task that exists: it keeps the task's names and its deadline. */
    TaskSubmission followUp(AgentRef caller, TenantRecord tenant, AgentMessage message, StoredTask task) {
        requireMessageId(message.messageId());
        if (message.contextId()
                .filter(context -> !context.equals(task.contextId()))
                .isPresent()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "contextId is not that of task " + task.taskId() + " (expected the task's own, or none)");
        }
        return common(caller, message)
                .setTaskId(task.taskId())
                .setContextId(task.contextId())
                .setFollowUp(true)
                .setDeadline(task.deadline())
                .setAttemptTimeoutMs(tenant.getLimits().getAttemptTimeoutMs())
                .setMaxAttempts(tenant.getLimits().getMaxAttempts())
                .setRootTaskId(task.taskId())
                .build();
    }

    private TaskSubmission.Builder common(AgentRef caller, AgentMessage message) {
        return TaskSubmission.newBuilder()
                .setMessageId(message.messageId())
                .setCallerTenant(caller.tenant().value())
                .setCallerAgent(caller.agent().value())
                .setProtocol(message.terms().protocol())
                .setGateway(gateway)
                .setTargetTenant(message.need()
                        .target()
                        .map(target -> target.tenant().value())
                        .orElse(null))
                .setTargetAgent(message.need()
                        .target()
                        .map(target -> target.agent().value())
                        .orElse(null))
                .setSkill(message.need().skill().orElse(null))
                .setTags(new ArrayList<>(message.need().tags()))
                .setDataTags(new ArrayList<>(message.need().dataTags()))
                .setIntent(message.need().intent())
                .setStreaming(message.terms().streaming())
                .setCreatedAt(clock.millis())
                .setPayloadHmac(hmac.of(caller.tenant(), message.message()))
                .setIntentHmac(hmac.of(caller.tenant(), message.need().intent().getBytes(StandardCharsets.UTF_8)))
                .setTraceparent(message.terms().traceparent().orElse(null));
    }

    private static List<String> dataTags(AgentMessage message, Optional<Lineage> lineage) {
        Set<String> tags = new TreeSet<>(message.need().dataTags());
        lineage.map(Lineage::dataTags).ifPresent(tags::addAll);
        return List.copyOf(tags);
    }

    private long deadline(AgentMessage message, TenantLimits limits, Optional<Lineage> lineage) {
        long now = clock.millis();
        long allowed = limits.getTaskDeadlineMs();
        long wanted = message.terms().timeout().map(Duration::toMillis).orElse(allowed);
        if (wanted < LEAST_TIME.toMillis()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "timeout of " + wanted + " ms (expected at least " + LEAST_TIME.toMillis() + ")");
        }
        long deadline = now + Math.min(wanted, allowed);
        long inherited = lineage.map(Lineage::deadline).orElse(Long.MAX_VALUE);
        if (inherited <= now) {
            throw new RefusedException(Refusal.DEADLINE_EXCEEDED, "the deadline of the task above has passed");
        }
        return Math.min(deadline, inherited);
    }

    private static void requireMessageId(String messageId) {
        if (messageId.isBlank() || messageId.length() > MOST_MESSAGE_ID) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "messageId of " + messageId.length() + " characters (expected 1 to " + MOST_MESSAGE_ID + ")");
        }
    }
}
