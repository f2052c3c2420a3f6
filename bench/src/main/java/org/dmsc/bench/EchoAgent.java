package org.dmsc.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** An A2A agent that answers each message at once with a finished task holding the same text: the least an agent can do. */
final class EchoAgent implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Server server;
    private final AtomicLong served = new AtomicLong();

    EchoAgent(Credentials credentials) {
        ServerBuilder builder = Server.builder();
        credentials.serve(builder);
        server = builder.service(
                        "/",
                        (context, request) ->
                                HttpResponse.of(request.aggregate().thenApply(whole -> answer(whole.contentUtf8()))))
                .service(
                        "/echo",
                        (context, request) -> HttpResponse.of(request.aggregate()
                                .thenApply(whole ->
                                        HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, whole.content()))))
                .build();
    }

    /** Listens; returns its URL. */
    String start() {
        server.start().join();
        return "https://localhost:" + server.activeLocalPort() + "/";
    }

    /** How many messages came in so far. */
    long served() {
        return served.get();
    }

    private HttpResponse answer(String body) {
        try {
            served.incrementAndGet();
            JsonNode call = JSON.readTree(body);
            JsonNode message = call.path("params").path("message");
            ObjectNode task =
                    JSON.createObjectNode().put("id", UUID.randomUUID().toString());
            task.put(
                    "contextId",
                    message.path("contextId").asText(UUID.randomUUID().toString()));
            task.putObject("status").put("state", "TASK_STATE_COMPLETED");
            task.putArray("artifacts").addObject().put("artifactId", "echo").set("parts", message.path("parts"));
            ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
            answer.set("id", call.get("id"));
            answer.putObject("result").set("task", task);
            return HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, JSON.writeValueAsBytes(answer));
        } catch (JsonProcessingException e) {
            return HttpResponse.of(HttpStatus.BAD_REQUEST);
        }
    }

    @Override
    public void close() {
        server.stop().join();
    }
}
