package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.Operation;

/**
 * Which operation an HTTP+JSON request means, and its request message, put together from path, query and body. What the path says wins.
 *
 * <pre>
 *   POST /message:send, /message:stream                    GET /tasks            GET /tasks/{id}
 *   POST /tasks/{id}:cancel                                GET, POST /tasks/{id}:subscribe
 *   GET, POST /tasks/{id}/pushNotificationConfigs          GET, DELETE /tasks/{id}/pushNotificationConfigs/{id}
 *   GET /extendedAgentCard                                 each of them also below /{tenant}
 * </pre>
 */
record RestRoute(Operation operation, ObjectNode request) {

    private static final String CANCEL = ":cancel";
    private static final String SUBSCRIBE = ":subscribe";
    private static final String PUSH = "pushNotificationConfigs";
    private static final Set<String> LIST_TEXTS =
            Set.of("contextId", "status", "pageSize", "pageToken", "historyLength", "statusTimestampAfter");
    private static final Set<String> PAGE_TEXTS = Set.of("pageSize", "pageToken");

    /** Empty when the request is for somebody else. */
    static Optional<RestRoute> of(Call call) {
        List<String> path = call.path();
        if (path.isEmpty()) {
            return Optional.empty();
        }
        if (begins(path.get(0))) {
            return here(call);
        }
        if (path.size() < 2 || !begins(path.get(1)) || path.get(0).equals("v1")) {
            return Optional.empty();
        }
        Optional<RestRoute> below = here(call.below(1));
        below.ifPresent(route -> route.request.put("tenant", path.get(0)));
        return below;
    }

    /** The same for a caller of 0.3, whose operations are below {@code /v1}, where the fabric's own pages are, too. */
    static Optional<RestRoute> ofOld(Call call) {
        List<String> path = call.path();
        if (path.size() < 2 || !path.get(0).equals("v1")) {
            return Optional.empty();
        }
        if (call.is(HttpMethod.GET, "v1", "card")) {
            return route(Operation.GET_EXTENDED_AGENT_CARD, A2aJson.object());
        }
        return begins(path.get(1)) ? here(call.below(1)) : Optional.empty();
    }

    private static boolean begins(String segment) {
        return segment.startsWith("message:") || segment.equals("tasks") || segment.equals("extendedAgentCard");
    }

    private static Optional<RestRoute> here(Call call) {
        if (call.is(HttpMethod.POST, "message:send")) {
            return route(Operation.SEND_MESSAGE, body(call));
        }
        if (call.is(HttpMethod.POST, "message:stream")) {
            return route(Operation.SEND_STREAMING_MESSAGE, body(call));
        }
        if (call.is(HttpMethod.GET, "extendedAgentCard")) {
            return route(Operation.GET_EXTENDED_AGENT_CARD, A2aJson.object());
        }
        if (call.is(HttpMethod.GET, "tasks")) {
            return route(Operation.LIST_TASKS, listing(call));
        }
        if (call.is(HttpMethod.GET, "tasks", "*") || call.is(HttpMethod.POST, "tasks", "*")) {
            return task(call, call.path().get(1));
        }
        return push(call);
    }

    /** The verb is split off at the end; GET and POST both subscribe, because clients do both. */
    private static Optional<RestRoute> task(Call call, String segment) {
        if (segment.endsWith(SUBSCRIBE)) {
            return route(Operation.SUBSCRIBE_TO_TASK, id(A2aJson.object(), segment, SUBSCRIBE));
        }
        if (segment.endsWith(CANCEL) && call.method() == HttpMethod.POST) {
            return route(Operation.CANCEL_TASK, id(body(call), segment, CANCEL));
        }
        if (call.method() == HttpMethod.GET && segment.indexOf(':') < 0) {
            ObjectNode request = queried(call, Set.of("historyLength"));
            return route(Operation.GET_TASK, request.put("id", segment));
        }
        return Optional.empty();
    }

    private static Optional<RestRoute> push(Call call) {
        if (call.is(HttpMethod.POST, "tasks", "*", PUSH)) {
            return route(Operation.CREATE_PUSH_CONFIG, ofTask(body(call), call));
        }
        if (call.is(HttpMethod.GET, "tasks", "*", PUSH)) {
            return route(Operation.LIST_PUSH_CONFIGS, ofTask(queried(call, PAGE_TEXTS), call));
        }
        if (call.is(HttpMethod.GET, "tasks", "*", PUSH, "*")) {
            return route(Operation.GET_PUSH_CONFIG, ofConfig(call));
        }
        if (call.is(HttpMethod.DELETE, "tasks", "*", PUSH, "*")) {
            return route(Operation.DELETE_PUSH_CONFIG, ofConfig(call));
        }
        return Optional.empty();
    }

    private static Optional<RestRoute> route(Operation operation, ObjectNode request) {
        return Optional.of(new RestRoute(operation, request));
    }

    private static ObjectNode id(ObjectNode request, String segment, String verb) {
        return request.put("id", segment.substring(0, segment.length() - verb.length()));
    }

    private static ObjectNode ofTask(ObjectNode request, Call call) {
        return request.put("taskId", call.path().get(1));
    }

    private static ObjectNode ofConfig(Call call) {
        return ofTask(A2aJson.object(), call).put("id", call.path().get(3));
    }

    private static ObjectNode listing(Call call) {
        ObjectNode request = queried(call, LIST_TEXTS);
        call.query("includeArtifacts").ifPresent(flag -> {
            if (flag.equals("true") || flag.equals("false")) {
                request.put("includeArtifacts", flag.equals("true"));
            } else {
                request.put("includeArtifacts", flag);
            }
        });
        return request;
    }

    private static ObjectNode queried(Call call, Set<String> names) {
        ObjectNode request = A2aJson.object();
        names.forEach(name -> call.query(name).ifPresent(value -> request.put(name, value)));
        return request;
    }

    /** No body is the empty message: clients cancel without one. */
    private static ObjectNode body(Call call) {
        if (call.request().content().isEmpty() && call.path().size() > 1) {
            return A2aJson.object();
        }
        A2aHeaders.requireJson(call);
        return A2aJson.parse(call.body());
    }
}
