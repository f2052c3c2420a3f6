package org.dmsc.node.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.node.testing.Credentials;

/** An agent that answers whatever a test wants, over HTTPS with its issued certificate. */
final class BadAgent implements AutoCloseable {

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger calls = new AtomicInteger();

    private BadAgent(HttpsServer server) {
        this.server = server;
    }

    /** How it answers a call. */
    @FunctionalInterface
    interface Manners {
        void answer(HttpExchange exchange, JsonNode call) throws IOException;
    }

    static BadAgent start(Credentials credentials, Manners manners) {
        try {
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(credentials.tls()));
            BadAgent agent = new BadAgent(server);
            server.setExecutor(agent.threads);
            server.createContext("/", exchange -> {
                try (exchange) {
                    agent.calls.incrementAndGet();
                    manners.answer(
                            exchange,
                            Raw.JSON.readTree(exchange.getRequestBody().readAllBytes()));
                }
            });
            server.start();
            return agent;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int calls() {
        return calls.get();
    }

    ObjectNode card(String name) {
        ObjectNode card = Raw.JSON.createObjectNode();
        card.put("name", name).put("description", "Misbehaves").put("version", "1.0");
        card.putArray("supportedInterfaces")
                .addObject()
                .put("url", "https://localhost:" + server.getAddress().getPort() + "/a2a")
                .put("protocolBinding", "JSONRPC")
                .put("protocolVersion", "1.0");
        card.putObject("capabilities").put("streaming", true);
        card.putArray("defaultInputModes").add("text/plain");
        card.putArray("defaultOutputModes").add("text/plain");
        ObjectNode skill = card.putArray("skills").addObject();
        skill.put("id", name)
                .put("name", name)
                .put("description", "Misbehaves")
                .putArray("tags")
                .add(name);
        return card;
    }

    static void respond(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Status updates as one event stream, each given as task id, state and text. */
    static void stream(HttpExchange exchange, JsonNode call, String[]... updates) throws IOException {
        StringBuilder events = new StringBuilder();
        for (String[] update : updates) {
            ObjectNode response = Raw.JSON.createObjectNode().put("jsonrpc", "2.0");
            response.set("id", call.get("id"));
            ObjectNode status = response.putObject("result").putObject("statusUpdate");
            status.put("taskId", update[0]).put("contextId", "context");
            ObjectNode said = status.putObject("status").put("state", update[1]).putObject("message");
            said.put("messageId", "m-" + update[2]).put("role", "ROLE_AGENT");
            said.putArray("parts").addObject().put("text", update[2]);
            events.append("data: ").append(response).append("\n\n");
        }
        respond(exchange, 200, "text/event-stream", events.toString());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
