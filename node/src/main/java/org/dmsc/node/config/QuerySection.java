package org.dmsc.node.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.node.query.RouterAddress;

/** Reads the key {@code router-queries}. */
final class QuerySection {

    private static final int NO_PORT = -1;
    private static final int LAST_PORT = 65_535;
    private static final String LOOPBACK = "127.0.0.1";
    private static final int SOME_PORT = 8447;

    private final Section top;

    QuerySection(Section top) {
        this.top = top;
    }

    QueryConfig parse() {
        Section section = top.section("router-queries");
        InetAddress host = host(section);
        int port = section.number("port", NO_PORT, 0, LAST_PORT);
        Optional<String> advertise = section.text("advertise").filter(text -> !text.isEmpty());
        advertise
                .filter(name -> RouterAddress.parse(name + ":" + SOME_PORT).isEmpty())
                .ifPresent(name -> section.fault(
                        "advertise", "'" + name + "' (expected a host's name or address, without a port)"));
        if (port != NO_PORT && host.isAnyLocalAddress() && advertise.isEmpty()) {
            section.fault(
                    "advertise",
                    "missing, and router-queries.host is all addresses (expected the name by which gateways reach this process)");
        }
        List<RouterAddress> ask = ask(section);
        section.finish();
        return new QueryConfig(
                port == NO_PORT ? Optional.empty() : Optional.of(new EdgeConfig(host.getHostAddress(), port)),
                advertise.orElseGet(host::getHostAddress),
                ask);
    }

    private static InetAddress host(Section section) {
        String host = section.text("host").orElse(LOOPBACK);
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            section.fault("host", "'" + host + "' (expected an address or a name of this machine; 0.0.0.0 for all)");
            return InetAddress.getLoopbackAddress();
        }
    }

    private static List<RouterAddress> ask(Section section) {
        List<RouterAddress> routers = new ArrayList<>();
        for (String text : section.list("ask").orElse(List.of())) {
            RouterAddress.parse(text)
                    .ifPresentOrElse(
                            routers::add,
                            () -> section.fault("ask", "'" + text + "' (expected host:port, or several with commas)"));
        }
        return routers;
    }
}
