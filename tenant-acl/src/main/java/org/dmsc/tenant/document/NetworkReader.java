package org.dmsc.tenant.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.fetch.Cidr;
import org.dmsc.tenant.rules.NetworkRules;

/** Reads {@code network}. */
final class NetworkReader {

    private static final String HOST =
            "(\\*\\.)?[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*";

    private NetworkReader() {}

    static NetworkRules read(Section network) {
        List<Cidr> sources = new ArrayList<>();
        for (String text : network.texts("sources")) {
            network.oneOf(
                            "sources",
                            Optional.of(text),
                            NetworkReader::range,
                            "a range such as 10.0.0.0/8 or 2001:db8::/32, with no bits set below its prefix")
                    .ifPresent(sources::add);
        }
        List<String> hosts = new ArrayList<>();
        List<Cidr> ranges = new ArrayList<>();
        for (String text : network.texts("agent-hosts")) {
            Optional<Cidr> range = range(text);
            if (range.isPresent()) {
                ranges.add(range.get());
            } else {
                network.oneOf(
                                "agent-hosts",
                                Optional.of(text.toLowerCase(Locale.ROOT)),
                                NetworkReader::host,
                                "a host, *.<domain>, an address or a range such as 10.1.0.0/16")
                        .ifPresent(hosts::add);
            }
        }
        NetworkRules rules = new NetworkRules(sources, hosts, ranges, PolicyReader.enforcement(network));
        network.finish();
        return rules;
    }

    /** An address alone is a range of one. */
    private static Optional<Cidr> range(String text) {
        if (text.indexOf('/') < 0) {
            return Cidr.literal(text).map(address -> new Cidr(address, address.getAddress().length * Byte.SIZE));
        }
        try {
            return Optional.of(Cidr.parse(text));
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    /** A name; digits and dots alone would be an address that is none. */
    private static Optional<String> host(String text) {
        return Optional.of(text).filter(name -> name.matches(HOST) && !name.matches("[0-9.]+"));
    }
}
