package org.dmsc.node.a2a;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.node.testing.Credentials;

/** An agent that has a card at its URL and little else: it answers 304 to who knows the card, and what it is told to. */
final class CardServer implements AutoCloseable {

    /** By status. */
    final Map<Integer, AtomicInteger> answers = new ConcurrentHashMap<>();

    volatile String card = "{}";
    /** Instead of the card; 0 for the card. */
    volatile int status;

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    CardServer(Credentials credentials, int port) throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(credentials.tls()));
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** The fabric has to be told before it starts which port may be called. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    int answered(int code) {
        return answers.getOrDefault(code, new AtomicInteger()).get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = card.getBytes(StandardCharsets.UTF_8);
            String tag = "\"" + Integer.toHexString(card.hashCode()) + "\"";
            boolean known = tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
            int code = status != 0 ? status : known ? 304 : 200;
            exchange.getResponseHeaders().add("ETag", tag);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(code, code == 200 ? body.length : -1);
            if (code == 200) {
                exchange.getResponseBody().write(body);
            }
            answers.computeIfAbsent(code, any -> new AtomicInteger()).incrementAndGet();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
