package org.dmsc.tenant.fetch;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * Decides whether a place may be called, and at which address. A name is resolved once, by the caller of these rules, who MUST connect to the
 * address they answer and to no other: a name that is looked up again can have moved inside (DNS rebinding). Pure.
 */
public final class FetchRules {

    private final FetchPolicy policy;
    private final HostPolicy hosts;

    public FetchRules(FetchPolicy policy, HostPolicy hosts) {
        this.policy = policy;
        this.hosts = hosts;
    }

    /**
     * Where to connect to.
     *
     * @param exception the special-purpose range the address lies in, when only the configuration allows it: to be audited
     */
    public record Permission(InetAddress address, Optional<String> exception) {}

    /**
     * Before the name is resolved: nothing is asked of a DNS server for a place that may not be called anyway.
     *
     * @throws RefusedException ADDRESS_NOT_ALLOWED
     */
    public void requirePlace(TenantId tenant, Destination destination) {
        if (!policy.allowsPort(destination)) {
            throw refused(
                    destination,
                    "has port " + destination.port() + " (expected one of " + policy.ports() + ", see fetch.ports)");
        }
        if (!hosts.mayCall(tenant, destination.host())) {
            throw refused(
                    destination, "is not among the hosts of tenant " + tenant + " (expected one its policy names)");
        }
    }

    /**
     * The address to call, IPv4 first. One address that may not be called is enough to refuse: whoever mixes inside and outside addresses
     * under one name wants one of them to slip through.
     *
     * @throws RefusedException ADDRESS_NOT_ALLOWED, FETCH_FAILED when there is no address
     */
    public Permission permit(Destination destination, List<InetAddress> resolved) {
        for (InetAddress address : resolved) {
            Optional<String> special = SpecialAddresses.rangeOf(address);
            if (special.isPresent() && !policy.excepts(destination, address)) {
                // The address itself stays out of the sentence: it would tell the caller about the inside network.
                throw refused(
                        destination,
                        "leads to an address that is not public (expected a public one, or an entry in fetch.allow-private)");
            }
        }
        InetAddress chosen = resolved.stream()
                .min(Comparator.comparing(address -> address instanceof Inet4Address ? 0 : 1))
                .orElseThrow(() -> new RefusedException(
                        Refusal.FETCH_FAILED, "url: " + destination.host() + " has no address (expected a DNS entry)"));
        return new Permission(chosen, SpecialAddresses.rangeOf(chosen));
    }

    /** What limits the transfer. */
    public FetchPolicy policy() {
        return policy;
    }

    private static RefusedException refused(Destination destination, String why) {
        return new RefusedException(Refusal.ADDRESS_NOT_ALLOWED, "url: " + destination.authority() + " " + why);
    }
}
