package org.dmsc.tenant.policy;

import java.net.URI;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.fetch.Cidr;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.rules.NetworkRules;

/** Tenants' network rules: from where their agents may come, and where they may be called. Thread-safe, never blocks, asks no name server. */
public final class NetworkGate {

    private final Policies policies;
    private final BiConsumer<TenantId, RefusedException> trials;

    /**
     * @param trials is told what a rule in a dry run would have refused
     */
    public NetworkGate(Policies policies, BiConsumer<TenantId, RefusedException> trials) {
        this.policies = policies;
        this.trials = trials;
    }

    /**
     * The caller, if its tenant lets it come from there. Operators and nodes have no tenant, and no such rule.
     *
     * @param address in digits, as the connection has it
     * @throws RefusedException SOURCE_FORBIDDEN
     */
    public Caller requireSource(Caller caller, String address) {
        if (caller.kind() == Caller.Kind.AGENT) {
            NetworkRules rules = policies.of(caller.tenant()).network();
            if (!rules.admitsSource(Cidr.literal(address))) {
                refuse(
                        caller.tenant(),
                        rules,
                        new RefusedException(
                                Refusal.SOURCE_FORBIDDEN,
                                "address " + Printable.of(address) + ": tenant " + caller.tenant()
                                        + " does not let its agents connect from there (expected one of network.sources in"
                                        + " its document)"));
            }
        }
        return caller;
    }

    /**
     * Refuses an agent that its tenant does not let be called there.
     *
     * @param url of the agent, absolute
     * @throws RefusedException HOST_FORBIDDEN
     */
    public void requireHost(TenantId tenant, String url) {
        NetworkRules rules = policies.of(tenant).network();
        String host = host(url);
        if (!rules.admitsHost(host)) {
            refuse(
                    tenant,
                    rules,
                    new RefusedException(
                            Refusal.HOST_FORBIDDEN,
                            "host '" + Printable.of(host) + "': tenant " + tenant
                                    + " does not let its agents be called there (expected one of network.agent-hosts in its"
                                    + " document)"));
        }
    }

    private void refuse(TenantId tenant, NetworkRules rules, RefusedException refused) {
        if (rules.enforcement() == Enforcement.ENFORCED) {
            throw refused;
        }
        trials.accept(tenant, refused);
    }

    private static String host(String url) {
        try {
            return Optional.ofNullable(URI.create(url).getHost()).orElse("");
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
