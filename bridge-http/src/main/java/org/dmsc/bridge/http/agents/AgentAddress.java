package org.dmsc.bridge.http.agents;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.ProtocolBinding;
import org.dmsc.schemas.avro.AgentEndpoint;
import org.dmsc.schemas.avro.AgentRegistration;

/**
 * How an agent is called, as it was chosen from its card when it registered.
 *
 * @param version {@code 1.0} or {@code 0.3}
 * @param tenant what each request must name as tenant, exactly (contract 8.3.2)
 * @param extensions URIs of the extensions that it knows
 */
record AgentAddress(
        URI url, ProtocolBinding binding, String version, Optional<String> tenant, List<String> extensions) {

    AgentAddress {
        extensions = List.copyOf(extensions);
    }

    static AgentAddress of(AgentRegistration registration) {
        URI url = URI.create(registration.getUrl());
        AgentEndpoint endpoint = registration.getEndpoint();
        if (endpoint == null) {
            return new AgentAddress(url, ProtocolBinding.JSON_RPC, "1.0", Optional.empty(), List.of());
        }
        ProtocolBinding binding = ProtocolBinding.named(endpoint.getBinding())
                .orElseThrow(() -> new IllegalStateException("a registered binding that is none"));
        return new AgentAddress(
                url,
                binding,
                endpoint.getProtocolVersion(),
                Optional.ofNullable(endpoint.getInterfaceTenant()),
                endpoint.getExtensions());
    }

    /** The URL's path, with something after it, and its query. */
    String path(String after) {
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        String base = !after.isEmpty() && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        String whole = base + after;
        return (whole.isEmpty() ? "/" : whole) + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
    }
}
