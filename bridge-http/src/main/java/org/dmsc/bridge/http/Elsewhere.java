package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * What an edge says that holds no keys of the fabric when it is asked for what needs them. It does not pass such requests on: the other side
 * would see this process's certificate and not the client's, and one edge that was broken into could then act as any operator.
 */
final class Elsewhere implements Page {

    private final Optional<URI> edge;

    Elsewhere(EdgeSettings settings) {
        this.edge = settings.authorities();
    }

    /** The refusal, always; NOT_HERE. */
    RefusedException refused(String what) {
        return new RefusedException(
                Refusal.NOT_HERE,
                "this process holds no keys of the fabric, so it offers no " + what + " (expected "
                        + edge.map(at -> "the same request at " + at)
                                .orElse("a node with role http that was started with the fabric's keys folder")
                        + ")");
    }

    /** Takes everything under {@code /v1/config} and {@code /v1/revocations} but what this edge knows itself. */
    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        List<String> path = call.path();
        boolean administration = path.size() >= 2
                && path.get(0).equals("v1")
                && (path.get(1).equals("config") || path.get(1).equals("revocations"));
        if (administration && !call.is(HttpMethod.GET, "v1", "config", "tenants", "*", "agents")) {
            throw refused("administration");
        }
        return Optional.empty();
    }
}
