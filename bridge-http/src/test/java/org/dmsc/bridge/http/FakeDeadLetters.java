package org.dmsc.bridge.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.DeadLetters;
import org.dmsc.bridge.core.DeadTask;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.Caller;

/** Letters of tenant acme, in memory. */
final class FakeDeadLetters implements DeadLetters {

    final List<DeadTask> ofAcme = new ArrayList<>();
    final List<String> replayed = new ArrayList<>();

    @Override
    public CompletionStage<List<DeadTask>> list(TenantId tenant, Optional<AgentId> of, int limit) {
        return CompletableFuture.completedFuture(ofAcme.stream()
                .filter(task -> tenant.value().equals("acme"))
                .filter(task -> of.isEmpty() || of.map(AgentId::value).equals(task.caller()))
                .limit(limit)
                .toList());
    }

    @Override
    public CompletionStage<DeadTask> find(TenantId tenant, Optional<AgentId> of, String taskId) {
        return list(tenant, of, Integer.MAX_VALUE)
                .thenApply(all -> all.stream()
                        .filter(task -> task.taskId().equals(taskId))
                        .findFirst()
                        .orElseThrow(() -> new RefusedException(Refusal.TASK_UNKNOWN, "no letter")));
    }

    @Override
    public CompletionStage<String> replay(TenantId tenant, Optional<AgentId> of, String taskId, Caller actor) {
        return find(tenant, of, taskId).thenApply(task -> {
            replayed.add(actor.id() + " " + taskId);
            return taskId + "-again";
        });
    }
}
