package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import org.dmsc.bridge.core.a2a.A2aJson;

/** An agent of the JDK's own HTTP server, whose every answer a test writes. */
final class ScriptedAgent implements AutoCloseable {

    final BlockingQueue<ObjectNode> requests = new LinkedBlockingQueue<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    volatile Script script = call -> call.json(200, "{}");

    interface Script {
        void answer(Call call) throws IOException;
    }

    record Call(HttpExchange exchange, ObjectNode request) {
        void json(int status, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        }

        void result(String result) throws IOException {
            json(200, "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":" + result + "}");
        }

        OutputStream events() throws IOException {
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            return exchange.getResponseBody();
        }
    }

    static void event(OutputStream events, String result) throws IOException {
        events.write(("data: {\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":" + result + "}\n\n")
                .getBytes(StandardCharsets.UTF_8));
        events.flush();
    }

    static ScriptedAgent plain() throws IOException {
        return new ScriptedAgent(HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0));
    }

    static ScriptedAgent secured(SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                var ssl = context.getDefaultSSLParameters();
                ssl.setNeedClientAuth(true);
                parameters.setSSLParameters(ssl);
            }
        });
        return new ScriptedAgent(server);
    }

    private ScriptedAgent(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            ObjectNode request = body.length == 0 ? A2aJson.object() : A2aJson.parse(body);
            request.put("test-path", exchange.getRequestMethod() + " " + exchange.getRequestURI());
            request.put("test-extensions", exchange.getRequestHeaders().getFirst("A2A-Extensions"));
            request.put("test-version", exchange.getRequestHeaders().getFirst("A2A-Version"));
            requests.add(request);
            try {
                script.answer(new Call(exchange, request));
            } finally {
                exchange.close();
            }
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
