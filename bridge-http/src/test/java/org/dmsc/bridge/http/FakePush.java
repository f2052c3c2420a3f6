package org.dmsc.bridge.http;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dmsc.bridge.core.DeadPush;
import org.dmsc.bridge.core.PushConfig;
import org.dmsc.bridge.core.PushConfigs;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.Caller;

/** Keeps push configurations in memory. */
final class FakePush implements PushConfigs {

    final Map<String, PushConfig> kept = new ConcurrentSkipListMap<>();

    @Override
    public CompletionStage<Void> put(Caller caller, PushConfig config) {
        kept.put(caller.tenant() + "/" + config.taskId() + "/" + config.id(), config);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public List<PushConfig> list(TenantId tenant, String taskId) {
        return kept.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(tenant + "/" + taskId + "/"))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public CompletionStage<Void> delete(TenantId tenant, String taskId, String id) {
        kept.remove(tenant + "/" + taskId + "/" + id);
        return CompletableFuture.completedStage(null);
    }

    final List<DeadPush> dead = new CopyOnWriteArrayList<>();

    @Override
    public List<DeadPush> dead(TenantId tenant) {
        return tenant.value().equals("acme") ? List.copyOf(dead) : List.of();
    }

    @Override
    public CompletionStage<Void> revive(TenantId tenant, String taskId, String id) {
        return dead(tenant).stream()
                        .filter(one ->
                                one.taskId().equals(taskId) && one.configId().equals(id))
                        .anyMatch(dead::remove)
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(
                        new RefusedException(Refusal.TASK_UNKNOWN, "none is given up (expected one that is)"));
    }
}
