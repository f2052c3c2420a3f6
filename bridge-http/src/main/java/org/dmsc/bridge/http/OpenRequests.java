package org.dmsc.bridge.http;

import com.linecorp.armeria.server.ServiceRequestContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.bridge.http.connection.OpenStreams;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.Caller;

/** What is being answered for each tenant, long waits and streams among it, so that it ends when the tenant is suspended. Thread-safe. */
final class OpenRequests {

    private final Tenants tenants;
    private final Map<TenantId, Set<ServiceRequestContext>> open = new ConcurrentHashMap<>();
    private volatile boolean draining;

    OpenRequests(Tenants tenants) {
        this.tenants = tenants;
    }

    /** Begins to follow the tenants. */
    void start() {
        tenants.onChange(this::changed);
    }

    /**
     * Remembers a request until it is answered.
     *
     * @throws RefusedException TENANT_INACTIVE when the tenant was suspended since the caller was asked who it is
     */
    void add(ServiceRequestContext context, Caller caller) {
        if (caller.kind() != Caller.Kind.AGENT) {
            return;
        }
        TenantId tenant = caller.tenant();
        open.compute(tenant, (same, known) -> {
            Set<ServiceRequestContext> all = known == null ? ConcurrentHashMap.newKeySet() : known;
            all.add(context);
            return all;
        });
        var unused = context.log().whenComplete().thenRun(() -> remove(tenant, context));
        if (draining) {
            OpenStreams.end(context);
        }
        if (tenants.find(tenant)
                .filter(record -> record.getState() != TenantState.ACTIVE)
                .isPresent()) {
            throw inactive(tenant);
        }
    }

    /** How many there are of a tenant. */
    int count(TenantId tenant) {
        return open.getOrDefault(tenant, Set.of()).size();
    }

    /** Ends streams; each connection with requests gets a GOAWAY, or closes after its answer. */
    void drain(Duration patience) {
        draining = true;
        open.values()
                .forEach(all -> List.copyOf(all).forEach(context -> {
                    var unused = context.initiateConnectionShutdown(patience);
                    OpenStreams.end(context);
                }));
    }

    private void changed(TenantRecord record) {
        if (record.getState() == TenantState.ACTIVE) {
            return;
        }
        TenantId tenant = new TenantId(record.getTenant());
        List.copyOf(open.getOrDefault(tenant, Set.of())).forEach(context -> {
            var unused = context.initiateConnectionShutdown(Duration.ZERO);
            context.cancel(inactive(tenant));
        });
    }

    private void remove(TenantId tenant, ServiceRequestContext context) {
        open.computeIfPresent(tenant, (same, known) -> {
            known.remove(context);
            return known.isEmpty() ? null : known;
        });
    }

    private static RefusedException inactive(TenantId tenant) {
        return new RefusedException(Refusal.TENANT_INACTIVE, "tenant " + tenant + " was suspended");
    }
}
