package org.dmsc.node.query;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a router answers questions about tasks. */
public record RouterAddress(String host, int port) {

    private static final Pattern SHAPE = Pattern.compile("([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\]):(\\d{1,5})");
    private static final int LAST_PORT = 65_535;

    /** Of {@code host:port}; empty when it is not that. */
    public static Optional<RouterAddress> parse(String text) {
        Matcher found = SHAPE.matcher(text);
        if (!found.matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(found.group(2));
        return port < 1 || port > LAST_PORT ? Optional.empty() : Optional.of(new RouterAddress(found.group(1), port));
    }

    URI uri() {
        return URI.create("https://" + this + QueryMessages.PATH);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
