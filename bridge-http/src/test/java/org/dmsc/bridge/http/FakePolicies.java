package org.dmsc.bridge.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.document.PolicyReader;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.rules.TenantPolicy;

/** Policies that a test writes as JSON, with single quotes. */
final class FakePolicies implements Policies {

    private final Map<TenantId, TenantPolicy> policies = new ConcurrentHashMap<>();

    void put(String tenant, String json) {
        byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        TenantId id = new TenantId(tenant);
        policies.put(
                id,
                PolicyReader.read(id, A2aJson.parse(bytes).put("tenant", tenant), 1)
                        .policy());
    }

    @Override
    public TenantPolicy of(TenantId tenant) {
        return policies.getOrDefault(tenant, TenantPolicy.none(tenant, 0));
    }
}
