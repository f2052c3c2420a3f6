package org.dmsc.node.cli;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import picocli.CommandLine.Option;

/** Which audit records; mixed into the commands that look for some. */
final class AuditFilterOptions {

    @Option(names = "--tenant", paramLabel = "TENANT", description = "whose log (default: all)", defaultValue = "")
    private String tenant = "";

    @Option(names = "--task", paramLabel = "TASK", description = "a task, or the root of one", defaultValue = "")
    private String task = "";

    @Option(
            names = "--agent",
            paramLabel = "AGENT",
            description = "billing or acme/billing: did it, had it done to it, or was considered",
            defaultValue = "")
    private String agent = "";

    @Option(names = "--kind", paramLabel = "KINDS", description = "e.g. DECISION or REFUSAL,REVOKED", defaultValue = "")
    private String kind = "";

    @Option(names = "--refusal", paramLabel = "CODE", description = "e.g. CROSS_TENANT", defaultValue = "")
    private String refusal = "";

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "2026-11-22T17:00:00Z, or how long ago: 30s, 15m, 2h, 7d",
            defaultValue = "")
    private String since = "";

    @Option(names = "--until", paramLabel = "TIME", description = "the same; not later than this", defaultValue = "")
    private String until = "";

    /** As the fabric's interface wants it. */
    Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("tenant", tenant);
        query.put("task", task);
        query.put("agent", agent);
        query.put("kind", kind);
        query.put("refusal", refusal);
        query.put("since", time("--since", since, Clock.systemUTC()));
        query.put("until", time("--until", until, Clock.systemUTC()));
        query.values().removeIf(String::isEmpty);
        return query;
    }

    static String time(String option, String given, Clock clock) {
        if (given.isEmpty()) {
            return "";
        }
        try {
            Instant time = given.matches("[0-9]{1,6}[smhd]")
                    ? Instant.ofEpochMilli(clock.millis()).minus(ago(given))
                    : Instant.parse(given);
            return time.toString();
        } catch (DateTimeParseException e) {
            throw new NodeException(
                    ExitCode.USAGE,
                    option + ": '" + given
                            + "' (expected a time like 2026-11-22T17:00:00Z, or how long ago: 30s, 15m, 2h, 7d)",
                    e);
        }
    }

    private static Duration ago(String given) {
        String upper = given.toUpperCase(Locale.ROOT);
        return Duration.parse(upper.endsWith("D") ? "P" + upper : "PT" + upper);
    }
}
