package org.dmsc.node.config;

import java.net.URI;

/**
 * A witness of the operator log.
 *
 * @param name here, for logs
 * @param url its submission prefix: {@code add-checkpoint} is below it
 * @param key its vkey, type 4 (C2SP tlog-cosignature)
 */
public record WitnessConfig(String name, URI url, String key) {}
