package org.dmsc.node.config;

import java.net.URI;
import java.util.List;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.http.Manners;

/**
 * Where and how the HTTP edge listens.
 *
 * @param host address to bind
 * @param port 0 for any free one
 * @param profile which edition of A2A 1.0 it follows where they differ
 * @param manners towards slow clients, browsers, and those who are there when it closes
 * @param publicUrls where it is called under other names or ports than its certificate and {@code port} say
 */
public record HttpConfig(String host, int port, ErrorProfile profile, Manners manners, List<URI> publicUrls) {

    public HttpConfig {
        publicUrls = List.copyOf(publicUrls);
    }
}
