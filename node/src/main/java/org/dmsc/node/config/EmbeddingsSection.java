package org.dmsc.node.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Reads the key {@code embeddings}. */
final class EmbeddingsSection {

    private static final int USUAL_TIMEOUT_MS = 300;
    private static final int LEAST_TIMEOUT_MS = 10;
    private static final int MOST_TIMEOUT_MS = 5_000;
    private static final String USUAL_LEAST = "0.3";
    private static final URI NOWHERE = URI.create("https://localhost");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Section top;

    EmbeddingsSection(Section top) {
        this.top = top;
    }

    Optional<EmbeddingsConfig> parse() {
        Section section = top.section("embeddings");
        Optional<URI> url = section.text("url").map(text -> url(section, text));
        Optional<String> model = section.text("model").filter(text -> !text.isBlank());
        Optional<Path> keyFile = section.text("key-file").map(Path::of);
        Duration timeout =
                Duration.ofMillis(section.number("timeout-ms", USUAL_TIMEOUT_MS, LEAST_TIMEOUT_MS, MOST_TIMEOUT_MS));
        double least = least(section);
        section.finish();
        if (url.isEmpty() && model.isEmpty() && keyFile.isEmpty()) {
            return Optional.empty();
        }
        if (url.isEmpty()) {
            section.fault(
                    "url", "missing (expected where a server with POST /v1/embeddings is, such as https://host:8080)");
        }
        if (model.isEmpty()) {
            section.fault("model", "missing (expected the name that the server gives to it)");
        }
        return Optional.of(new EmbeddingsConfig(url.orElse(NOWHERE), model.orElse(""), keyFile, timeout, least));
    }

    private static double least(Section section) {
        String text = section.text("least").orElse(USUAL_LEAST);
        if (text.matches("0(\\.\\d{1,6})?")) {
            return Double.parseDouble(text);
        }
        section.fault("least", "'" + text + "' (expected a number from 0 to below 1, such as " + USUAL_LEAST + ")");
        return 0;
    }

    /** In clear only to this machine: what goes there are words of requests. */
    private static URI url(Section section, String text) {
        try {
            URI uri = new URI(text);
            boolean local = "http".equals(uri.getScheme()) && uri.getHost() != null && LOOPBACK.contains(uri.getHost());
            if (local || ("https".equals(uri.getScheme()) && uri.getHost() != null)) {
                return uri;
            }
        } catch (URISyntaxException notAUri) {
            // falls through to the fault below, which says the same
        }
        section.fault("url", "'" + text + "' (expected https://host:port, or http:// on this machine)");
        return NOWHERE;
    }
}
