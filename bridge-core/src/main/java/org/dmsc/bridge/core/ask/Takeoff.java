package org.dmsc.bridge.core.ask;

import java.time.Clock;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.watch.Attendance;
import org.dmsc.bridge.core.watch.TaskWatches;
import org.dmsc.bridge.core.watch.WatchedTask;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.quota.Holding;
import org.dmsc.tenant.quota.QuotaGate;

/**
 * Counts a new task from before it is published until it has ended or waits for its caller, whether or not anybody waits for it: a caller that
 * hangs up does not get room for another one by that.
 */
final class Takeoff {

    private final QuotaGate quotas;
    private final TaskWatches watches;
    private final Flights flights;

    Takeoff(QuotaGate quotas, TaskWatches watches, Clock clock) {
        this.quotas = quotas;
        this.watches = watches;
        this.flights = new Flights(clock);
    }

    /** Refuses what would only wait: asked before anything is done for the request. */
    void requireRoom(TenantId tenant) {
        flights.requireRoom(tenant);
    }

    /**
     * Publishes within the tenant's limit.
     *
     * @throws org.dmsc.schemas.RefusedException QUOTA_EXCEEDED
     */
    CompletionStage<OpenTask> of(AgentRef agent, WatchedTask task, Supplier<CompletionStage<OpenTask>> publish) {
        Holding holding = quotas.task(agent);
        Flights.Flight flight = flights.took(agent.tenant());
        Attendance attendance = new Attendance(flight::heard, holding::close);
        Runnable leave;
        try {
            leave = watches.attend(task, attendance);
        } catch (RuntimeException e) {
            flight.heard();
            holding.close();
            throw e;
        }
        try {
            return publish.get().whenComplete((open, failure) -> {
                if (failure != null) {
                    leave.run();
                }
            });
        } catch (RuntimeException e) {
            leave.run();
            throw e;
        }
    }
}
