package org.dmsc.tenant.rules;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.token.OutsideIssuer;

/**
 * One tenant's policy, compiled and immutable. A change of its document is a new one of these, swapped as a whole.
 *
 * @param generation of the tenant's record that it came with
 * @param standing whether its document could be opened; where it could not, nothing that the policy could allow is allowed
 * @param region where the tenant and those of its agents are that name no other
 * @param administrators agents of the tenant that may change its document
 * @param offers grants to others
 * @param acceptances of grants by others
 * @param dataTags by tag
 * @param ambiguity what becomes of requests that fit several skills
 * @param models whether its texts may be shown to a model of meaning
 * @param cards who may sign the cards of its agents
 */
public record TenantPolicy(
        TenantId tenant,
        long generation,
        Standing standing,
        Optional<String> region,
        Set<AgentId> administrators,
        Quotas quotas,
        List<OutsideIssuer> issuers,
        List<Offer> offers,
        List<Acceptance> acceptances,
        Masking masking,
        Map<String, DataTagRule> dataTags,
        NetworkRules network,
        Ambiguity ambiguity,
        ModelUse models,
        CardRules cards) {

    public TenantPolicy {
        administrators = Set.copyOf(administrators);
        issuers = List.copyOf(issuers);
        offers = List.copyOf(offers);
        acceptances = List.copyOf(acceptances);
        dataTags = Map.copyOf(dataTags);
    }

    /** With the usual answer to ambiguous requests, nothing shown to models, and no rule for cards. */
    @SuppressWarnings("checkstyle:ParameterNumber") // Those of the record.
    public TenantPolicy(
            TenantId tenant,
            long generation,
            Standing standing,
            Optional<String> region,
            Set<AgentId> administrators,
            Quotas quotas,
            List<OutsideIssuer> issuers,
            List<Offer> offers,
            List<Acceptance> acceptances,
            Masking masking,
            Map<String, DataTagRule> dataTags,
            NetworkRules network) {
        this(
                tenant,
                generation,
                standing,
                region,
                administrators,
                quotas,
                issuers,
                offers,
                acceptances,
                masking,
                dataTags,
                network,
                Ambiguity.USUAL,
                ModelUse.NEVER,
                CardRules.NONE);
    }

    /** Whether the policy is what its tenant wrote. */
    public enum Standing {
        READ,
        /** The document cannot be opened or understood here: the keys are gone, or it was written by a newer fabric. */
        UNREADABLE
    }

    /** Of a tenant without a document: nothing crosses to other tenants, nothing else is limited. */
    public static TenantPolicy none(TenantId tenant, long generation) {
        return empty(tenant, generation, Standing.READ);
    }

    /** Of a tenant whose document cannot be read: everything that depends on it is denied. */
    public static TenantPolicy unreadable(TenantId tenant, long generation) {
        return empty(tenant, generation, Standing.UNREADABLE);
    }

    private static TenantPolicy empty(TenantId tenant, long generation, Standing standing) {
        return new TenantPolicy(
                tenant,
                generation,
                standing,
                Optional.empty(),
                Set.of(),
                Quotas.NONE,
                List.of(),
                List.of(),
                List.of(),
                Masking.NONE,
                Map.of(),
                NetworkRules.NONE);
    }
}
