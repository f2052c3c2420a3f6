package org.dmsc.node.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a process without a keys folder gets its certificates and keys.
 *
 * @param token what {@code dmsc node invite} printed; needed once, until the certificates are in the data folder
 * @param gateway a node with role http and the authorities: {@code https://host:port}
 * @param ca file with the fabric's root certificate
 * @param keysNode a node with role keys: {@code https://host:port}
 */
public record EnrolConfig(Optional<String> token, URI gateway, Path ca, URI keysNode) {

    /** Without the token. */
    @Override
    public String toString() {
        return "EnrolConfig[" + gateway + ", " + ca + ", " + keysNode + "]";
    }
}
