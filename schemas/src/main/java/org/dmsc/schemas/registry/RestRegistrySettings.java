package org.dmsc.schemas.registry;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How to reach an outside registry.
 *
 * @param bases URLs of the same registry, tried in turn
 * @param authorization value of the Authorization header
 * @param timeout for one request
 * @param retries how often each request is tried again when the registry does not answer or asks to come back
 * @param pause before a retry, doubled each time
 */
public record RestRegistrySettings(
        List<URI> bases, Optional<String> authorization, Duration timeout, int retries, Duration pause) {

    public RestRegistrySettings {
        bases = List.copyOf(bases);
        if (bases.isEmpty()) {
            throw new IllegalArgumentException("schema registry: no URL (expected at least one)");
        }
        for (URI base : bases) {
            if (!"http".equals(base.getScheme()) && !"https".equals(base.getScheme())) {
                throw new IllegalArgumentException(
                        "schema registry URL: '" + base + "' (expected http:// or https://)");
            }
        }
    }

    /** One URL, no credentials, 10 s for a request, three retries. */
    public static RestRegistrySettings of(URI base) {
        return new RestRegistrySettings(
                List.of(base), Optional.empty(), Duration.ofSeconds(10), 3, Duration.ofMillis(250));
    }

    /** The same with this Authorization header. */
    public RestRegistrySettings authorized(String header) {
        return new RestRegistrySettings(bases, Optional.of(header), timeout, retries, pause);
    }

    @Override
    public String toString() {
        return "RestRegistrySettings[bases=" + bases + ", authorization=" + authorization.map(h -> "…") + "]";
    }
}
