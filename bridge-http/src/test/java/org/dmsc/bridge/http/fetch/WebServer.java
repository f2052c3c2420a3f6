package org.dmsc.bridge.http.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** An HTTPS server of the JDK's own on loopback, whose every answer a test writes. */
public final class WebServer implements AutoCloseable {

    public final AtomicInteger requests = new AtomicInteger();
    public volatile Script script = exchange -> json(exchange, "{}");
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** What it answers. */
    public interface Script {
        void answer(HttpExchange exchange) throws IOException;
    }

    public WebServer(SSLContext context) throws IOException {
        server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            try (exchange) {
                script.answer(exchange);
            }
        });
        server.start();
    }

    public static void json(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
