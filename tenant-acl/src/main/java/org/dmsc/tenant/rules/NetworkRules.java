package org.dmsc.tenant.rules;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.fetch.Cidr;

/**
 * From where a tenant's agents may come, and where they may be called.
 *
 * @param sources empty: from anywhere
 * @param hosts names, {@code *.}names and addresses that agents' URLs may have; together with {@code hostRanges} empty: any that the fabric
 *     itself allows
 * @param hostRanges ranges that an address in an agent's URL may lie in
 */
public record NetworkRules(List<Cidr> sources, List<String> hosts, List<Cidr> hostRanges, Enforcement enforcement) {

    /** No rule. */
    public static final NetworkRules NONE = new NetworkRules(List.of(), List.of(), List.of(), Enforcement.ENFORCED);

    private static final String ANY_BELOW = "*.";

    public NetworkRules {
        sources = List.copyOf(sources);
        hosts = List.copyOf(hosts);
        hostRanges = List.copyOf(hostRanges);
    }

    /** Whether an agent may connect from there; an address that is not known is nowhere. */
    public boolean admitsSource(Optional<InetAddress> address) {
        return sources.isEmpty()
                || address.filter(from -> sources.stream().anyMatch(range -> range.contains(from)))
                        .isPresent();
    }

    /** Whether an agent may be called there. */
    public boolean admitsHost(String host) {
        if (hosts.isEmpty() && hostRanges.isEmpty()) {
            return true;
        }
        String name = bare(host);
        Optional<InetAddress> address = Cidr.literal(name);
        if (address.isPresent()) {
            return hostRanges.stream().anyMatch(range -> range.contains(address.get()));
        }
        return hosts.stream()
                .anyMatch(allowed -> allowed.startsWith(ANY_BELOW)
                        ? name.length() > allowed.length() - 1 && name.endsWith(allowed.substring(1))
                        : name.equals(allowed));
    }

    private static String bare(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.startsWith("[") && name.endsWith("]")) {
            name = name.substring(1, name.length() - 1);
        }
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
