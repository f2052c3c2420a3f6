package org.dmsc.node.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A model of meaning, for requests that name neither agent nor skill.
 *
 * @param url scheme, host and port, and what stands before {@code /v1/embeddings}
 * @param model as the server names it
 * @param keyFile holds the bearer token; empty for a server that wants none
 * @param timeout a request goes on without after this
 * @param least cosine below which two texts have nothing to do with each other
 */
public record EmbeddingsConfig(URI url, String model, Optional<Path> keyFile, Duration timeout, double least) {}
