package org.dmsc.tenant.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.HashMap;
import java.util.Map;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.document.PolicyReader;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.rules.TenantPolicy;

/** Policies that a test writes as YAML. */
public final class FixedPolicies implements Policies {

    private static final YAMLMapper YAML = new YAMLMapper();

    private final Map<TenantId, TenantPolicy> policies = new HashMap<>();

    /** A document without its first line. */
    public static ObjectNode document(String tenant, String yaml) {
        try {
            ObjectNode document = (ObjectNode) YAML.readTree(yaml.isBlank() ? "{}" : yaml);
            return document.put("tenant", tenant);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    public static TenantPolicy policy(String tenant, String yaml) {
        return PolicyReader.read(new TenantId(tenant), document(tenant, yaml), 1)
                .policy();
    }

    public FixedPolicies put(String tenant, String yaml) {
        return put(policy(tenant, yaml));
    }

    public FixedPolicies put(TenantPolicy policy) {
        policies.put(policy.tenant(), policy);
        return this;
    }

    @Override
    public TenantPolicy of(TenantId tenant) {
        return policies.getOrDefault(tenant, TenantPolicy.none(tenant, 0));
    }
}
