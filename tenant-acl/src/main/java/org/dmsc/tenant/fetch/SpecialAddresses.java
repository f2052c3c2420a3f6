package org.dmsc.tenant.fetch;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The addresses that are not the public internet: the IANA registries of special-purpose addresses (RFC 6890 and successors, as of 2025),
 * multicast, and everything in IPv6 that was never given out. What Java's own {@code isSiteLocalAddress} and its like know is a third of it
 * (security.md case 79). Pure.
 */
final class SpecialAddresses {

    private static final List<Cidr> V4 = ranges(
            "0.0.0.0/8", // this network
            "10.0.0.0/8", // private
            "100.64.0.0/10", // carrier-grade NAT
            "127.0.0.0/8", // loopback
            "169.254.0.0/16", // link local, cloud metadata
            "172.16.0.0/12", // private
            "192.0.0.0/24", // IETF protocol assignments
            "192.0.2.0/24", // documentation
            "192.31.196.0/24", // AS112
            "192.52.193.0/24", // AMT
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16", // private
            "192.175.48.0/24", // AS112
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4"); // reserved, broadcast

    /** Only addresses of this range are given out to anybody (RFC 4291 2.4): loopback, mapped, private, link local, multicast lie outside. */
    private static final Cidr V6_GLOBAL = Cidr.parse("2000::/3");

    private static final List<Cidr> V6 = ranges(
            "2001::/23", // IETF protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4: holds an IPv4 address
            "2620:4f:8000::/48", // AS112
            "3fff::/20"); // documentation

    private SpecialAddresses() {}

    /** The special range that the address lies in; empty when it is public. */
    static Optional<String> rangeOf(InetAddress address) {
        if (address instanceof Inet6Address && !V6_GLOBAL.contains(address)) {
            return Optional.of("outside " + V6_GLOBAL);
        }
        return Stream.of(V4, V6)
                .flatMap(List::stream)
                .filter(range -> range.contains(address))
                .map(Cidr::toString)
                .findFirst();
    }

    private static List<Cidr> ranges(String... texts) {
        return Stream.of(texts).map(Cidr::parse).toList();
    }
}
