package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsc.schemas.AgentRef;

/**
 * Names one reply that an agent is owed: {@code <tenant>/<agent>/<time>-<id>}, so that those of one agent stand together, oldest first.
 *
 * @param time when it was asked for, in milliseconds
 */
public record OwedKey(AgentRef agent, long time, String id) {

    private static final Pattern TEXT = Pattern.compile("([^/]+)/([^/]+)/([0-9]{13})-([^/]+)");

    /** Empty when it is none. */
    public static Optional<OwedKey> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new OwedKey(
                        AgentRef.of(matcher.group(1), matcher.group(2)),
                        Long.parseLong(matcher.group(3)),
                        matcher.group(4)))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "%s/%013d-%s".formatted(agent, time, id);
    }
}
