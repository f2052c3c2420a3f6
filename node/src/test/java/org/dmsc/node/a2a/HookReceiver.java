package org.dmsc.node.a2a;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Somebody's webhook, with a certificate of its own CA; it can be told to fail for a while. */
final class HookReceiver implements AutoCloseable {

    /** One notification, as it came. */
    record Received(String body, String authorization, String token, String signature, String id) {}

    final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    final AtomicInteger failing = new AtomicInteger();
    private final HttpsServer server;

    private HookReceiver(HttpsServer server) {
        this.server = server;
    }

    /** Makes key and certificate with the JDK's own tool; {@code authority.pem} in the folder is what makes it believed. */
    static HookReceiver start(Path folder) throws Exception {
        Path store = folder.resolve("hook.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "hook",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-ext",
                "bc=ca:true",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit");
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "hook",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit",
                "-file",
                folder.resolve("authority.pem").toString());
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, "changeit".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        HookReceiver receiver = new HookReceiver(server);
        server.createContext("/", receiver::take);
        server.start();
        return receiver;
    }

    private static void keytool(String... words) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("keytool failed");
        }
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean fails = failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
            if (!fails) {
                received.add(new Received(
                        body,
                        header(exchange, "Authorization"),
                        header(exchange, "X-A2A-Notification-Token"),
                        header(exchange, "dmsc-signature"),
                        header(exchange, "dmsc-notification-id")));
            }
            exchange.sendResponseHeaders(fails ? 503 : 204, -1);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    /** What a receiver computes to believe a notification. */
    static String signature(String token, Received received) throws Exception {
        String seconds = received.signature().replaceAll("t=([0-9]+),.*", "$1");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] signed = mac.doFinal((seconds + "." + received.body()).getBytes(StandardCharsets.UTF_8));
        return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(signed);
    }

    String url() {
        return "https://localhost:" + server.getAddress().getPort() + "/hook";
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
