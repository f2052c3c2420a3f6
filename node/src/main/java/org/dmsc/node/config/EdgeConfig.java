package org.dmsc.node.config;

/**
 * Where an edge listens.
 *
 * @param host address to bind
 * @param port 0 for any free one
 */
public record EdgeConfig(String host, int port) {}
