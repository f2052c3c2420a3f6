package org.dmsc.router.task;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dmsc.router.decide.Considered;
import org.dmsc.router.decide.Decision;
import org.dmsc.router.decide.Verdict;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.AuditCandidate;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.rules.Verdict.Denied;

/**
 * What the router writes into the audit log. Ids follow from the task and the step, so that the sequencer drops what is written twice. Holds
 * no word of a request, an answer or a card.
 */
final class Audits {

    private static final int MOST_CANDIDATES = 20;

    private final Names names;

    Audits(Names names) {
        this.names = names;
    }

    Effect accepted(TaskState state, TaskSubmission submission, long now) {
        return new Effect.Audit(of(state, AuditKind.TASK_ACCEPTED, now)
                .setEventId("accepted." + state.getTaskId())
                .setActor(names.agent(submission.getCallerTenant(), submission.getCallerAgent()))
                .setObject(target(submission).orElse(""))
                .setSkill(submission.getSkill())
                .setPayloadHmac(submission.getPayloadHmac())
                .setIntentHmac(submission.getIntentHmac())
                .setTraceparent(submission.getTraceparent())
                .setDetails(Map.of(
                        "protocol", submission.getProtocol(),
                        "gateway", submission.getGateway(),
                        "hops", Integer.toString(submission.getHops())))
                .build());
    }

    Effect assigned(TaskState state, TaskSubmission submission, Decision.Assign decision, Moment moment) {
        AgentRef agent = decision.choice().agent();
        int attempt = state.getLastAttempt() + 1;
        return new Effect.Audit(decision(state, submission, decision, moment)
                .setEventId("decision." + state.getTaskId() + "." + attempt)
                .setAttempt(attempt)
                .setObject(names.agent(agent))
                .setSkill(
                        decision.choice().skillId().isEmpty()
                                ? null
                                : decision.choice().skillId())
                .setReasons(decision.figures())
                .build());
    }

    /** In the log of the tenant whose agent it is: by which grant, for whom. Empty within a tenant. */
    Optional<Effect> granted(TaskState state, TaskSubmission submission, Decision.Assign decision, Moment moment) {
        AgentRef agent = decision.choice().agent();
        int attempt = state.getLastAttempt() + 1;
        return decision.choice()
                .permission()
                .grant()
                .map(grant -> new Effect.Audit(of(state, AuditKind.GRANT_USED, moment.now())
                        .setTenant(agent.tenant().value())
                        .setEventId("granted." + state.getTaskId() + "." + attempt)
                        .setActor(names.agent(submission.getCallerTenant(), submission.getCallerAgent()))
                        .setAttempt(attempt)
                        .setObject(names.agent(agent))
                        .setSkill(decision.choice().skillId())
                        .setTraceparent(submission.getTraceparent())
                        .setDetails(Map.of("grant", grant.name()))
                        .build()));
    }

    Effect deferred(TaskState state, TaskSubmission submission, Decision.Defer decision, Moment moment) {
        return new Effect.Audit(decision(state, submission, decision, moment)
                .setEventId("deferred." + state.getTaskId() + "." + state.getLastAttempt() + "."
                        + decision.cause().name().toLowerCase(Locale.ROOT))
                .setAttempt(state.getLastAttempt())
                .setRefusal(decision.cause().name())
                .setReasons(List.of("deferred", decision.sentence()))
                .build());
    }

    Effect asked(TaskState state, TaskSubmission submission, Decision.Ask decision, Moment moment) {
        return new Effect.Audit(decision(state, submission, decision, moment)
                .setEventId("asked." + state.getTaskId())
                .setAttempt(state.getLastAttempt())
                .setRefusal(Refusal.AMBIGUOUS.name())
                .setReasons(List.of("asked", Refusal.AMBIGUOUS.meaning()))
                .build());
    }

    Effect refused(TaskState state, TaskSubmission submission, Decision.Refuse decision, Moment moment) {
        return new Effect.Audit(decision(state, submission, decision, moment)
                .setEventId("refused." + state.getTaskId() + "." + state.getLastAttempt())
                .setAttempt(state.getLastAttempt())
                .setRefusal(decision.cause().name())
                .setReasons(List.of("refused", decision.sentence()))
                .build());
    }

    /** In the log of the tenant whose agent was named and may not be used. Empty within a tenant, and where there is no such agent. */
    Optional<Effect> refusedElsewhere(
            TaskState state, TaskSubmission submission, Decision.Refuse decision, Moment moment) {
        return decision.considered().stream()
                .filter(considered -> submission.getTargetAgent() != null
                        && considered.verdict() == Verdict.NOT_VISIBLE
                        && !considered.candidate().agent().tenant().value().equals(state.getTenant()))
                .findFirst()
                .map(considered -> new Effect.Audit(of(state, AuditKind.REFUSAL, moment.now())
                        .setTenant(considered.candidate().agent().tenant().value())
                        .setRootTaskId(null)
                        .setEventId("refused-here." + state.getTaskId() + "." + state.getLastAttempt())
                        .setActor(names.agent(submission.getCallerTenant(), submission.getCallerAgent()))
                        .setObject(names.agent(considered.candidate().agent()))
                        .setRefusal(Refusal.CROSS_TENANT.name())
                        .setReasons(considered.candidate().permission().denied().stream()
                                .map(Denied::sentence)
                                .toList())
                        .build()));
    }

    Effect attemptClosed(TaskState state, AttemptRecord closed, TaskEvent event, long now) {
        return new Effect.Audit(of(state, AuditKind.ATTEMPT_CLOSED, now)
                .setEventId("closed." + state.getTaskId() + "." + closed.getAttempt())
                .setActor(event.getBy())
                .setAttempt(closed.getAttempt())
                .setObject(names.agent(closed.getTenant(), closed.getAgent()))
                .setSkill(closed.getSkill())
                .setState(closed.getOutcome().name())
                .setRefusal(event.getRefusal())
                .setReasons(List.of(Outcomes.sentence(event)))
                .build());
    }

    /** At most one for each attempt, because of its id. */
    Effect late(TaskState state, TaskEvent event, long now) {
        return new Effect.Audit(of(state, AuditKind.REFUSAL, now)
                .setEventId("late." + state.getTaskId() + "." + event.getAttempt())
                .setActor(event.getBy())
                .setAttempt(event.getAttempt())
                .setState(event.getState().name())
                .setRefusal(Refusal.TASK_ENDED.name())
                .setReasons(List.of("an answer of an attempt that is not open: ignored"))
                .build());
    }

    Effect outcome(TaskState ended, TaskEvent event, long now) {
        List<AttemptRecord> attempts = ended.getAttempts();
        AuditEvent.Builder audit = of(ended, AuditKind.OUTCOME, now)
                .setEventId("outcome." + ended.getTaskId())
                .setActor(event.getBy())
                .setAttempt(ended.getLastAttempt())
                .setState(ended.getState().name())
                .setRefusal(event.getRefusal())
                .setDetails(Map.of("durationMs", Long.toString(Math.max(0, now - ended.getCreatedAt()))));
        if (!attempts.isEmpty()) {
            AttemptRecord last = attempts.get(attempts.size() - 1);
            audit.setObject(names.agent(last.getTenant(), last.getAgent())).setSkill(last.getSkill());
        }
        return new Effect.Audit(audit.build());
    }

    private AuditEvent.Builder decision(TaskState state, TaskSubmission submission, Decision decision, Moment moment) {
        return of(state, AuditKind.DECISION, moment.now())
                .setTraceparent(submission.getTraceparent())
                .setRegistryOffset(moment.registryOffset())
                .setDetails(figures(visible(decision)))
                .setCandidates(visible(decision).stream()
                        .limit(MOST_CANDIDATES)
                        .map(considered -> candidate(considered, moment.now()))
                        .toList());
    }

    /** A tenant's audit log must not tell of agents that it may not see. */
    private static List<Considered> visible(Decision decision) {
        return decision.considered().stream()
                .filter(considered -> considered.verdict() != Verdict.NOT_VISIBLE)
                .toList();
    }

    /** How many were looked at, and by how much the most relevant of those that fit was ahead of the next, as a part of its own relevance. */
    private static Map<String, String> figures(List<Considered> considered) {
        Map<String, String> details = new TreeMap<>();
        details.put("considered", Integer.toString(considered.size()));
        double[] best = considered.stream()
                .filter(one -> one.verdict() == Verdict.CHOSEN || one.verdict() == Verdict.FITS)
                .mapToDouble(one -> -one.candidate().relevance())
                .sorted()
                .limit(2)
                .map(value -> -value)
                .toArray();
        if (best.length == 2 && best[0] > 0) {
            details.put("margin", String.format(Locale.ROOT, "%.3f", (best[0] - best[1]) / best[0]));
        }
        return details;
    }

    private static AuditCandidate candidate(Considered considered, long now) {
        AgentSnapshot seen = considered.candidate().snapshot();
        return AuditCandidate.newBuilder()
                .setInFlight(considered.candidate().inFlight())
                .setCapacity(considered.candidate().capacity())
                .setQueueDepth(seen.getQueueDepth())
                .setCpu(seen.getCpu())
                .setLatencyMs(seen.getLatencyMs())
                .setErrorRate(seen.getErrorRate())
                .setHealth(seen.getHealth().name())
                .setAgeMs(Math.max(0, now - seen.getUpdatedAt()))
                .setTenant(considered.candidate().snapshot().getTenant())
                .setAgent(considered.candidate().snapshot().getAgent())
                .setSkill(considered.candidate().skillId())
                .setScore(considered.candidate().relevance())
                .setLoad(considered.load())
                .setVerdict(considered.meaning())
                .build();
    }

    private AuditEvent.Builder of(TaskState state, AuditKind kind, long now) {
        return AuditEvent.newBuilder()
                .setTenant(state.getTenant())
                .setTime(now)
                .setKind(kind)
                .setActor(names.router())
                .setNode(names.node())
                .setTaskId(state.getTaskId())
                .setRootTaskId(state.getRootTaskId());
    }

    private Optional<String> target(TaskSubmission submission) {
        return Optional.ofNullable(submission.getTargetAgent())
                .map(agent -> names.agent(targetTenant(submission), agent));
    }

    private static String targetTenant(TaskSubmission submission) {
        return submission.getTargetTenant() == null ? submission.getCallerTenant() : submission.getTargetTenant();
    }
}
