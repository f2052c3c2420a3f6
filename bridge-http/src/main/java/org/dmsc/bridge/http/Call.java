package org.dmsc.bridge.http;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.http.a2a.Asking;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.Caller;

/**
 * One authenticated request, its body read.
 *
 * @param path decoded segments, without the empty first one
 * @param authority host and port under which the caller reached the edge
 */
record Call(
        ServiceRequestContext context,
        AggregatedHttpRequest request,
        Caller caller,
        List<String> path,
        String authority) {

    HttpMethod method() {
        return request.method();
    }

    byte[] body() {
        return request.content().array();
    }

    Optional<String> query(String name) {
        return Optional.ofNullable(context.queryParam(name)).filter(value -> !value.isEmpty());
    }

    List<String> queries(String name) {
        return context.queryParams(name);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(request.headers().get(name)).filter(value -> !value.isEmpty());
    }

    /** The same call with the first segments of its path taken off. */
    Call below(int segments) {
        return new Call(context, request, caller, path.subList(segments, path.size()), authority);
    }

    /** Whether this is that method on a path of that shape; {@code *} stands for one segment. */
    boolean is(HttpMethod wanted, String... shape) {
        if (method() != wanted || path.size() != shape.length) {
            return false;
        }
        for (int i = 0; i < shape.length; i++) {
            if (!shape[i].equals("*") && !shape[i].equals(path.get(i))) {
                return false;
            }
        }
        return true;
    }

    boolean byOperator() {
        return caller.kind() == Caller.Kind.OPERATOR;
    }

    /** The caller's own tenant; for an operator the one it names with {@code ?tenant=}. */
    Optional<TenantId> tenant() {
        return byOperator()
                ? query("tenant").map(TenantId::new)
                : caller.agent().map(agent -> agent.tenant());
    }

    /** This request as A2A's core knows it. */
    Asking asking(Optional<AgentRef> addressed) {
        return new Asking(
                caller,
                addressed,
                Answers.parameters(request.headers()).orVersion(query("A2A-Version")),
                baseUrl(),
                context.whenRequestCancelled(),
                receipt -> context.setAdditionalResponseHeader(Asking.RECEIPT, receipt));
    }

    /** Tells the caller which of the extensions that it named take effect, in the header that its version has for them. */
    void confirm(List<String> extensions) {
        if (!extensions.isEmpty()) {
            String name = request.headers().contains("x-a2a-extensions") ? "x-a2a-extensions" : "a2a-extensions";
            context.addAdditionalResponseHeader(name, String.join(", ", extensions));
        }
    }

    /** What an audit record says was asked for. */
    String object() {
        return method() + " " + context.path();
    }

    String baseUrl() {
        return "https://" + authority;
    }
}
