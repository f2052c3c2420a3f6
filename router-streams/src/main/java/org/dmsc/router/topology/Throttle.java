package org.dmsc.router.topology;

import java.util.List;
import org.dmsc.router.decide.Considered;
import org.dmsc.router.decide.Decision;
import org.dmsc.router.decide.Verdict;
import org.dmsc.router.task.RetryBudget;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TaskState;

/**
 * What keeps a tenant's trouble small, after it was decided who would do a task: attempts are repeated within a budget, and no more tasks wait
 * than a bound. Stream thread only.
 */
final class Throttle {

    private final RetryBudget retries;
    private final WaitingLine waiting;
    private final int mostWaiting;

    Throttle(RetryBudget retries, WaitingLine waiting, int mostWaiting) {
        this.retries = retries;
        this.waiting = waiting;
        this.mostWaiting = mostWaiting;
    }

    /** The decision as it stands. */
    Decision apply(Decision decision, TenantId tenant, TaskState state, boolean isNew, long now) {
        if (decision instanceof Decision.Assign assign) {
            return assigned(assign, tenant, state, now);
        }
        if (decision instanceof Decision.Defer defer && isNew && waiting.of(tenant) >= mostWaiting) {
            return new Decision.Refuse(
                    Refusal.QUEUE_FULL,
                    Refusal.QUEUE_FULL.meaning() + " (" + mostWaiting + "): " + defer.sentence(),
                    defer.considered());
        }
        return decision;
    }

    private Decision assigned(Decision.Assign assign, TenantId tenant, TaskState state, long now) {
        if (state.getLastAttempt() == 0) {
            retries.began(tenant.value(), now);
            return assign;
        }
        if (retries.take(tenant.value(), now)) {
            return assign;
        }
        List<Considered> notChosen = assign.considered().stream()
                .map(one -> one.verdict() == Verdict.CHOSEN
                        ? new Considered(one.candidate(), one.load(), Verdict.FITS)
                        : one)
                .toList();
        return new Decision.Defer(
                Refusal.RETRY_BUDGET, Refusal.RETRY_BUDGET.meaning(), retries.readyAt(tenant.value(), now), notChosen);
    }
}
