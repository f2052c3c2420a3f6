package org.dmsc.bridge.mqtt.testing;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dmsc.bridge.core.DeadPush;
import org.dmsc.bridge.core.PushConfig;
import org.dmsc.bridge.core.PushConfigs;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.Caller;

/** Keeps push notification configurations in memory. */
public final class FakePush implements PushConfigs {

    private final List<PushConfig> kept = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<Void> put(Caller caller, PushConfig config) {
        kept.removeIf(one -> one.taskId().equals(config.taskId()) && one.id().equals(config.id()));
        kept.add(config);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public List<PushConfig> list(TenantId tenant, String taskId) {
        return kept.stream().filter(one -> one.taskId().equals(taskId)).toList();
    }

    @Override
    public CompletionStage<Void> delete(TenantId tenant, String taskId, String id) {
        kept.removeIf(one -> one.taskId().equals(taskId) && one.id().equals(id));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public List<DeadPush> dead(TenantId tenant) {
        return List.of();
    }

    @Override
    public CompletionStage<Void> revive(TenantId tenant, String taskId, String id) {
        return CompletableFuture.completedFuture(null);
    }
}
