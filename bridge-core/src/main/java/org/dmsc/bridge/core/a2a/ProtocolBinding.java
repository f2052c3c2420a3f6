package org.dmsc.bridge.core.a2a;

import java.util.Arrays;
import java.util.Optional;

/** The bindings of A2A that the fabric speaks towards agents, by the names that cards have for them. */
public enum ProtocolBinding {
    JSON_RPC("JSONRPC"),
    HTTP_JSON("HTTP+JSON"),
    GRPC("GRPC");

    private final String wireName;

    ProtocolBinding(String wireName) {
        this.wireName = wireName;
    }

    /** Its name in a card. */
    public String wireName() {
        return wireName;
    }

    /** The binding of that name; empty for custom ones. */
    public static Optional<ProtocolBinding> named(String wireName) {
        return Arrays.stream(values())
                .filter(binding -> binding.wireName.equals(wireName))
                .findFirst();
    }
}
