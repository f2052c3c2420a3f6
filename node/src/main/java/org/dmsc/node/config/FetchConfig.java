package org.dmsc.node.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What may be fetched from outside: agent cards and key sets of token issuers.
 *
 * @param allowPrivate ranges, hosts or {@code host:port} inside that may be called all the same
 * @param ports that may be called
 * @param cardRefresh how often the gateway looks again at cards that it fetched; empty: never
 * @param authorities PEM file of certificate authorities beside those of the JVM
 */
public record FetchConfig(
        List<String> allowPrivate, List<Integer> ports, Optional<Duration> cardRefresh, Optional<Path> authorities) {

    public FetchConfig {
        allowPrivate = List.copyOf(allowPrivate);
        ports = List.copyOf(ports);
    }
}
