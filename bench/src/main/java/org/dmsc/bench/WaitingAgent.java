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
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** An A2A agent that answers no message until it is told to, and then all of them with a finished task. */
final class WaitingAgent implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Server server;
    private final CompletableFuture<Void> released = new CompletableFuture<>();

    WaitingAgent(Credentials credentials) {
        ServerBuilder builder = Server.builder().requestTimeout(Duration.ZERO).idleTimeout(Duration.ZERO);
        credentials.serve(builder);
        server = builder.service(
                        "/",
                        (context, request) -> HttpResponse.of(
                                request.aggregate().thenCombine(released, (whole, go) -> answer(whole.contentUtf8()))))
                .build();
    }

    /** Listens; returns its URL. */
    String start() {
        server.start().join();
        return "https://localhost:" + server.activeLocalPort() + "/";
    }

    /** Answers. */
    void release() {
        released.complete(null);
    }

    private static HttpResponse answer(String body) {
        try {
            JsonNode call = JSON.readTree(body);
            JsonNode message = call.path("params").path("message");
            ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
            answer.set("id", call.get("id"));
            ObjectNode task = answer.putObject("result").putObject("task");
            task.put("id", UUID.randomUUID().toString())
                    .put("contextId", message.path("contextId").asText("c"));
            task.putObject("status").put("state", "TASK_STATE_COMPLETED");
            return HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, JSON.writeValueAsBytes(answer));
        } catch (JsonProcessingException e) {
            return HttpResponse.of(HttpStatus.BAD_REQUEST);
        }
    }

    @Override
    public void close() {
        release();
        server.stop().join();
    }
}
