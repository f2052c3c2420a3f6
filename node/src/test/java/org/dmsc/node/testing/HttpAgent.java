package org.dmsc.node.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** An agent that is an A2A 1.0 server over HTTPS (JSON-RPC), with its issued certificate, asking the gateway for one. */
public final class HttpAgent implements AutoCloseable {

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final UnaryOperator<String> work;
    private final Queue<JsonNode> received = new ConcurrentLinkedQueue<>();

    private HttpAgent(HttpsServer server, UnaryOperator<String> work) {
        this.server = server;
        this.work = work;
    }

    /**
     * @param work makes the answer of the request's text; may block, may throw to answer a JSON-RPC error
     */
    public static HttpAgent start(Credentials credentials, UnaryOperator<String> work) {
        try {
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            SSLContext tls = credentials.tls();
            server.setHttpsConfigurator(new HttpsConfigurator(tls) {
                @Override
                public void configure(HttpsParameters parameters) {
                    SSLParameters strict = tls.getDefaultSSLParameters();
                    strict.setProtocols(new String[] {"TLSv1.3"});
                    strict.setNeedClientAuth(true);
                    parameters.setSSLParameters(strict);
                }
            });
            HttpAgent agent = new HttpAgent(server, work);
            server.setExecutor(agent.threads);
            server.createContext("/", agent::serve);
            server.start();
            return agent;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public String url() {
        return "https://localhost:" + server.getAddress().getPort() + "/a2a";
    }

    /** Each JSON-RPC call that came in. */
    public List<JsonNode> received() {
        return List.copyOf(received);
    }

    /** A card with one skill. */
    public ObjectNode card(String name, String skill, String description, String... tags) {
        ObjectNode card = Participant.JSON.createObjectNode();
        card.put("name", name);
        card.put("description", description);
        card.put("version", "1.0");
        ObjectNode at = card.putArray("supportedInterfaces").addObject();
        at.put("url", url());
        at.put("protocolBinding", "JSONRPC");
        at.put("protocolVersion", "1.0");
        card.putObject("capabilities").put("streaming", true);
        card.putArray("defaultInputModes").add("text/plain");
        card.putArray("defaultOutputModes").add("text/plain");
        ObjectNode offered = card.putArray("skills").addObject();
        offered.put("id", skill);
        offered.put("name", skill);
        offered.put("description", description);
        ArrayNode all = offered.putArray("tags");
        List.of(tags).forEach(all::add);
        return card;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode call = Participant.JSON.readTree(exchange.getRequestBody().readAllBytes());
            received.add(call);
            if (call.path("method").asText().equals("SendStreamingMessage")) {
                stream(exchange, call);
            } else {
                unary(exchange, call);
            }
        }
    }

    private void unary(HttpExchange exchange, JsonNode call) throws IOException {
        ObjectNode answer = envelope(call);
        try {
            String said = work.apply(text(call));
            ObjectNode task = answer.putObject("result").putObject("task");
            task.put("id", UUID.randomUUID().toString());
            task.put("contextId", context(call));
            task.putObject("status").put("state", "TASK_STATE_COMPLETED");
            fill(task.putArray("artifacts").addObject(), said);
        } catch (IllegalStateException e) {
            answer.remove("result");
            answer.putObject("error").put("code", -32603).put("message", e.getMessage());
        }
        byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void stream(HttpExchange exchange, JsonNode call) throws IOException {
        String task = UUID.randomUUID().toString();
        exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        event(out, call, "statusUpdate", status(call, task, "TASK_STATE_WORKING"));
        String said = work.apply(text(call));
        ObjectNode artifact = update(call, task);
        fill(artifact.putObject("artifact"), said);
        event(out, call, "artifactUpdate", artifact);
        event(out, call, "statusUpdate", status(call, task, "TASK_STATE_COMPLETED"));
    }

    private static void event(OutputStream out, JsonNode call, String kind, ObjectNode update) throws IOException {
        ObjectNode answer = envelope(call);
        answer.putObject("result").set(kind, update);
        out.write(("data: " + answer + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static ObjectNode status(JsonNode call, String task, String state) {
        ObjectNode update = update(call, task);
        update.putObject("status").put("state", state);
        return update;
    }

    private static ObjectNode update(JsonNode call, String task) {
        return Participant.JSON.createObjectNode().put("taskId", task).put("contextId", context(call));
    }

    private static void fill(ObjectNode artifact, String said) {
        artifact.put("artifactId", "answer");
        artifact.putArray("parts").addObject().put("text", said);
    }

    private static ObjectNode envelope(JsonNode call) {
        ObjectNode answer = Participant.JSON.createObjectNode();
        answer.put("jsonrpc", "2.0");
        answer.set("id", call.path("id"));
        return answer;
    }

    private static String text(JsonNode call) {
        return call.at("/params/message/parts/0/text").asText();
    }

    private static String context(JsonNode call) {
        return call.at("/params/message/contextId").asText("context");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
