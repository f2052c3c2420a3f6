package org.dmsc.router.task;

import org.dmsc.router.decide.Candidate;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.TaskState;

/** What the registry learns of the agents that work on tasks. */
final class Reports {

    private Reports() {}

    static Effect assigned(TaskState state, Candidate choice, long now) {
        int attempt = state.getLastAttempt() + 1;
        return new Effect.Report(
                new TenantId(choice.snapshot().getTenant()),
                AgentReport.newBuilder()
                        .setReportId(state.getTaskId() + ".assigned." + attempt)
                        .setTenant(choice.snapshot().getTenant())
                        .setAgent(choice.snapshot().getAgent())
                        .setKind(AgentReportKind.ASSIGNED)
                        .setTime(now)
                        .setTaskId(state.getTaskId())
                        .setAttempt(attempt)
                        .setSkill(choice.skillId().isEmpty() ? null : choice.skillId())
                        .build());
    }

    static Effect outcome(TaskState state, AttemptRecord closed, long now) {
        return new Effect.Report(
                new TenantId(closed.getTenant()),
                AgentReport.newBuilder()
                        .setReportId(state.getTaskId() + ".outcome." + closed.getAttempt())
                        .setTenant(closed.getTenant())
                        .setAgent(closed.getAgent())
                        .setKind(AgentReportKind.OUTCOME)
                        .setTime(now)
                        .setTaskId(state.getTaskId())
                        .setAttempt(closed.getAttempt())
                        .setSkill(closed.getSkill())
                        .setOutcome(closed.getOutcome())
                        .setLatencyMs(Math.max(0, closed.getClosedAt() - closed.getOpenedAt()))
                        .build());
    }
}
