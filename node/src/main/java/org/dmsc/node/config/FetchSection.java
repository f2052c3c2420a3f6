package org.dmsc.node.config;

import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.fetch.FetchPolicy;

/** Reads the key {@code fetch}. */
final class FetchSection {

    private static final int LAST_PORT = 65_535;
    private static final String USUAL_REFRESH = "10m";
    private static final Duration SHORTEST_REFRESH = Duration.ofSeconds(1);
    private static final Duration LONGEST_REFRESH = Duration.ofHours(24);

    private final Section top;

    FetchSection(Section top) {
        this.top = top;
    }

    FetchConfig parse() {
        Section section = top.section("fetch");
        FetchConfig config = new FetchConfig(
                places(section),
                ports(section),
                cardRefresh(section),
                section.text("authorities").map(Path::of));
        section.finish();
        return config;
    }

    private static List<String> places(Section section) {
        List<String> places = new ArrayList<>();
        for (String entry : section.list("allow-private").orElse(List.of())) {
            try {
                FetchPolicy.PUBLIC.allowing(List.of(entry));
                places.add(entry);
            } catch (RefusedException e) {
                section.fault(
                        "allow-private",
                        "'" + entry + "' (expected a range such as 10.1.0.0/16, a host, or host:port)");
            }
        }
        return places;
    }

    /** As {@code 90s}, {@code 10m}; {@code 0s} for never. */
    private static Optional<Duration> cardRefresh(Section section) {
        String text = section.text("card-refresh").orElse(USUAL_REFRESH);
        if (text.matches("0+[smh]?")) {
            return Optional.empty();
        }
        try {
            Duration value = Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
            if (value.compareTo(SHORTEST_REFRESH) >= 0 && value.compareTo(LONGEST_REFRESH) <= 0) {
                return Optional.of(value);
            }
        } catch (DateTimeParseException notADuration) {
            // falls through to the fault below, which says the same
        }
        section.fault("card-refresh", "'" + text + "' (expected a time from 1s to 24h, such as 10m, or 0s for never)");
        return Optional.empty();
    }

    private static List<Integer> ports(Section section) {
        List<Integer> ports = new ArrayList<>();
        for (String entry : section.list("ports").orElse(List.of("443", "8443"))) {
            int port = entry.matches("[0-9]{1,5}") ? Integer.parseInt(entry) : 0;
            if (port < 1 || port > LAST_PORT) {
                section.fault("ports", "'" + entry + "' (expected ports from 1 to " + LAST_PORT + ")");
            } else {
                ports.add(port);
            }
        }
        return ports;
    }
}
