package org.dmsc.tenant.fetch;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the fabric may fetch.
 *
 * @param ports that may be called
 * @param privateRanges special-purpose addresses that may be called all the same
 * @param privateHosts names, or {@code name:port}, that may resolve to any address; with a port, that port may be called too
 * @param patience for the whole of it, from the look-up of the name to the last byte
 * @param maxBytes of an answer's body
 */
public record FetchPolicy(
        Set<Integer> ports, List<Cidr> privateRanges, Set<String> privateHosts, Duration patience, int maxBytes) {

    /** The public internet, at the ports where HTTPS usually is. */
    public static final FetchPolicy PUBLIC =
            new FetchPolicy(Set.of(443, 8443), List.of(), Set.of(), Duration.ofSeconds(10), 1024 * 1024);

    public FetchPolicy {
        ports = Set.copyOf(ports);
        privateRanges = List.copyOf(privateRanges);
        privateHosts = Set.copyOf(privateHosts);
    }

    /**
     * With more that may be called: each a range, a host, or {@code host:port}.
     *
     * @throws org.dmsc.schemas.RefusedException INVALID_CONFIGURATION or ADDRESS_NOT_ALLOWED for what is none of these
     */
    public FetchPolicy allowing(List<String> entries) {
        List<Cidr> ranges = entries.stream()
                .filter(entry -> entry.contains("/"))
                .map(Cidr::parse)
                .toList();
        List<String> hosts = entries.stream()
                .filter(entry -> !entry.contains("/"))
                .map(entry -> host(entry.toLowerCase(Locale.ROOT)))
                .toList();
        return new FetchPolicy(
                ports,
                Stream.concat(privateRanges.stream(), ranges.stream()).toList(),
                Set.copyOf(Stream.concat(privateHosts.stream(), hosts.stream()).toList()),
                patience,
                maxBytes);
    }

    private static String host(String entry) {
        Destination checked = Destination.of("https://" + entry + "/");
        return entry.contains(":") ? checked.host() + ":" + checked.port() : checked.host();
    }

    boolean allowsPort(Destination destination) {
        return ports.contains(destination.port()) || privateHosts.contains(withPort(destination));
    }

    boolean excepts(Destination destination, InetAddress address) {
        return privateHosts.contains(destination.host())
                || privateHosts.contains(withPort(destination))
                || privateRanges.stream().anyMatch(range -> range.contains(address));
    }

    private static String withPort(Destination destination) {
        return destination.host() + ":" + destination.port();
    }
}
