// A specialist agent: an A2A 1.0 server over HTTPS, written with nothing but the JDK.
//
//   java Specialist.java --as CREDENTIALS --gateway https://localhost:8443 --skill billing-question \
//        --description "Explains invoices, payments and refunds" --tags billing,invoice --answer "Your refund is on its way."
//
// CREDENTIALS is the folder that `dmsc agent add` wrote. The agent registers by posting its card, heartbeats every second, and
// answers SendMessage and SendStreamingMessage. What it does is printed as one JSON object a line. It uses no DMSC code.
//
// More: --id AGENT (else the folder's name), --port, --capacity TASKS, --work-ms MS, --idempotent true (doing a task twice does no harm),
// --control stdin: `pause` keeps it working on what it has until `resume`; it ends with its standard input.

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

public class Specialist {

    private static final AtomicInteger BUSY = new AtomicInteger();
    private static final Gate GATE = new Gate();

    public static void main(String[] args) throws Exception {
        Map<String, String> options = options(args);
        Path folder = Path.of(options.get("as"));
        String id = options.getOrDefault("id", folder.getFileName().toString());
        String gateway = options.get("gateway");
        SSLContext tls = tls(folder);

        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", number(options, "port", 0)), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters only13 = tls.getDefaultSSLParameters();
                only13.setProtocols(new String[] {"TLSv1.3"});
                only13.setNeedClientAuth(true); // only the fabric's gateway has a certificate that this trusts
                parameters.setSSLParameters(only13);
            }
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> serve(exchange, options));
        server.start();
        int port = server.getAddress().getPort();

        HttpClient client = HttpClient.newBuilder().sslContext(tls).build();
        String card = card(id, "https://localhost:" + port + "/", options);
        HttpResponse<String> answer = register(client, gateway + "/v1/agents/" + id, card);
        say("event", "registered", "agent", id, "status", answer.statusCode(), "port", port);
        if (answer.statusCode() / 100 != 2) {
            System.err.println(answer.body());
            System.exit(1);
        }
        Executors.newSingleThreadScheduledExecutor(run -> {
                    Thread thread = new Thread(run, "heartbeat");
                    thread.setDaemon(true);
                    return thread;
                })
                .scheduleAtFixedRate(() -> heartbeat(client, gateway, id), 1, 1, TimeUnit.SECONDS);
        if ("stdin".equals(options.get("control"))) {
            obey();
        }
    }

    /** Takes commands until the standard input ends, and then ends too. */
    private static void obey() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
            if (line.equals("pause") || line.equals("resume")) {
                GATE.set(line.equals("resume"));
                say("event", line + "d");
            }
        }
        System.exit(0);
    }

    /** 503 says that the fabric cannot at this moment: worth another try. Registering twice is registering once. */
    private static HttpResponse<String> register(HttpClient client, String url, String card) throws Exception {
        HttpResponse<String> answer = post(client, url, card);
        for (int tries = 1; answer.statusCode() == 503 && tries < 10; tries++) {
            say("event", "registering-again", "status", 503);
            Thread.sleep(1000);
            answer = post(client, url, card);
        }
        return answer;
    }

    private static void heartbeat(HttpClient client, String gateway, String id) {
        try {
            post(client, gateway + "/v1/agents/" + id + "/heartbeat", "{\"cpu\":0.1,\"queueDepth\":" + BUSY.get() + "}");
        } catch (Exception e) {
            say("event", "heartbeat-failed", "agent", id, "cause", String.valueOf(e.getMessage()));
        }
    }

    /** One JSON-RPC call of the gateway. */
    private static void serve(HttpExchange exchange, Map<String, String> options) throws IOException {
        try (exchange) {
            Map<String, Object> call = object(Json.parse(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            Object callId = call.get("id");
            String method = String.valueOf(call.get("method"));
            boolean streaming = method.equals("SendStreamingMessage");
            if (!streaming && !method.equals("SendMessage")) {
                reply(exchange, "{\"jsonrpc\":\"2.0\",\"id\":" + Json.text(callId)
                        + ",\"error\":{\"code\":-32601,\"message\":\"method not found\"}}");
                return;
            }
            Map<String, Object> message = object(object(call.get("params")).get("message"));
            String request = textOf(message);
            String task = UUID.randomUUID().toString();
            String context = message.containsKey("contextId") ? String.valueOf(message.get("contextId")) : UUID.randomUUID().toString();
            say("event", "working", "agent", options.get("as"), "text", request);
            BUSY.incrementAndGet();
            try {
                if (streaming) {
                    stream(exchange, callId, task, context, options);
                } else {
                    work(options);
                    reply(exchange, result(callId, "{\"task\":" + task(task, context, "TASK_STATE_COMPLETED", answer(options)) + "}"));
                }
            } finally {
                BUSY.decrementAndGet();
            }
            say("event", "answered", "agent", options.get("as"), "text", request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stream(HttpExchange exchange, Object callId, String task, String context, Map<String, String> options)
            throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        send(out, result(callId, "{\"task\":" + task(task, context, "TASK_STATE_WORKING", null) + "}"));
        work(options);
        send(out, result(callId, "{\"artifactUpdate\":{\"taskId\":" + Json.text(task) + ",\"contextId\":" + Json.text(context)
                + ",\"artifact\":{\"artifactId\":\"answer\",\"parts\":[{\"text\":" + Json.text(answer(options)) + "}]},\"lastChunk\":true}}"));
        send(out, result(callId, "{\"statusUpdate\":{\"taskId\":" + Json.text(task) + ",\"contextId\":" + Json.text(context)
                + ",\"status\":{\"state\":\"TASK_STATE_COMPLETED\",\"timestamp\":" + Json.text(now()) + "}}}"));
    }

    /** The work itself: this example only takes its time. */
    private static void work(Map<String, String> options) throws InterruptedException {
        Thread.sleep(number(options, "work-ms", 50));
        GATE.pass();
    }

    /** Open, unless somebody paused this agent. */
    private static final class Gate {
        private boolean open = true;

        synchronized void set(boolean nowOpen) {
            open = nowOpen;
            notifyAll();
        }

        synchronized void pass() throws InterruptedException {
            while (!open) {
                wait();
            }
        }
    }

    private static String answer(Map<String, String> options) {
        return options.getOrDefault("answer", "Done.") + " (" + Path.of(options.get("as")).getFileName() + ")";
    }

    private static String task(String id, String context, String state, String artifact) {
        String artifacts = artifact == null ? "" : ",\"artifacts\":[{\"artifactId\":\"answer\",\"parts\":[{\"text\":" + Json.text(artifact) + "}]}]";
        return "{\"id\":" + Json.text(id) + ",\"contextId\":" + Json.text(context) + ",\"status\":{\"state\":\"" + state + "\",\"timestamp\":"
                + Json.text(now()) + "}" + artifacts + "}";
    }

    private static String card(String id, String url, Map<String, String> options) {
        StringBuilder tags = new StringBuilder();
        for (String tag : options.getOrDefault("tags", "general").split(",")) {
            tags.append(tags.length() == 0 ? "" : ",").append(Json.text(tag));
        }
        String card = "{\"name\":" + Json.text(options.getOrDefault("name", id)) + ",\"description\":" + Json.text(options.get("description"))
                + ",\"version\":\"1.0.0\",\"supportedInterfaces\":[{\"url\":" + Json.text(url)
                + ",\"protocolBinding\":\"JSONRPC\",\"protocolVersion\":\"1.0\"}],\"capabilities\":{\"streaming\":true},"
                + "\"defaultInputModes\":[\"text/plain\"],\"defaultOutputModes\":[\"text/plain\"],\"skills\":[{\"id\":" + Json.text(options.get("skill"))
                + ",\"name\":" + Json.text(options.get("skill")) + ",\"description\":" + Json.text(options.get("description")) + ",\"tags\":[" + tags + "]}]}";
        String idempotent = "true".equals(options.get("idempotent")) ? Json.text(options.get("skill")) : "";
        return "{\"card\":" + card + ",\"dmsc\":{\"capacity\":" + number(options, "capacity", 4) + ",\"heartbeatMs\":1000,\"idempotentSkills\":["
                + idempotent + "]}}";
    }

    // ---- plumbing: options, TLS from PEM files, HTTP, JSON ----

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i].substring(2), args[i + 1]);
        }
        for (String needed : List.of("as", "gateway", "skill", "description")) {
            if (!options.containsKey(needed)) {
                System.err.println("missing --" + needed + "; see the first lines of this file");
                System.exit(2);
            }
        }
        return options;
    }

    private static int number(Map<String, String> options, String name, int otherwise) {
        return Integer.parseInt(options.getOrDefault(name, String.valueOf(otherwise)));
    }

    private static SSLContext tls(Path folder) throws Exception {
        CertificateFactory x509 = CertificateFactory.getInstance("X.509");
        Certificate[] chain = x509.generateCertificates(Files.newInputStream(folder.resolve("agent.cert.pem"))).toArray(new Certificate[0]);
        String pem = Files.readString(folder.resolve("agent.key.pem")).replaceAll("-----[A-Z ]+-----|\\s", "");
        PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("agent", key, new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, new char[0]);
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("fabric", x509.generateCertificate(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("ca.pem")))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(roots);
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return tls;
    }

    private static HttpResponse<String> post(HttpClient client, String url, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void reply(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void send(OutputStream out, String body) throws IOException {
        out.write(("data: " + body + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String result(Object callId, String result) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + Json.text(callId) + ",\"result\":" + result + "}";
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private static String textOf(Map<String, Object> message) {
        StringBuilder text = new StringBuilder();
        for (Object part : (List<?>) message.getOrDefault("parts", List.of())) {
            text.append(object(part).getOrDefault("text", ""));
        }
        return text.toString();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return value instanceof Map ? (Map<String, Object>) value : Map.of();
    }

    private static void say(Object... keysAndValues) {
        Map<String, Object> line = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            line.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
        }
        System.out.println(Json.text(line));
        System.out.flush();
    }

    /** Just enough JSON for one file; the JDK has none. */
    static final class Json {
        private final String in;
        private int at;

        private Json(String in) {
            this.in = in;
        }

        static Object parse(String text) {
            return new Json(text).value();
        }

        static String text(Object value) {
            if (value instanceof Map<?, ?> map) {
                List<String> members = new ArrayList<>();
                map.forEach((k, v) -> members.add(text(k) + ":" + text(v)));
                return "{" + String.join(",", members) + "}";
            }
            if (value instanceof List<?> list) {
                return "[" + String.join(",", list.stream().map(Json::text).toList()) + "]";
            }
            if (value == null || value instanceof Number || value instanceof Boolean) {
                return String.valueOf(value);
            }
            StringBuilder out = new StringBuilder("\"");
            for (char c : value.toString().toCharArray()) {
                if (c == '"' || c == '\\') {
                    out.append('\\').append(c);
                } else if (c < ' ') {
                    out.append(String.format("\\u%04x", (int) c));
                } else {
                    out.append(c);
                }
            }
            return out.append('"').toString();
        }

        private Object value() {
            char c = next();
            if (c == '{') {
                Map<String, Object> map = new LinkedHashMap<>();
                for (char end = next(); end != '}'; end = next()) {
                    at -= end == ',' ? 0 : 1;
                    next();
                    String key = string();
                    next();
                    map.put(key, value());
                }
                return map;
            }
            if (c == '[') {
                List<Object> list = new ArrayList<>();
                for (char end = next(); end != ']'; end = next()) {
                    at -= end == ',' ? 0 : 1;
                    list.add(value());
                }
                return list;
            }
            if (c == '"') {
                return string();
            }
            int from = at - 1;
            while (at < in.length() && ",]} \t\r\n".indexOf(in.charAt(at)) < 0) {
                at++;
            }
            String word = in.substring(from, at);
            return switch (word) {
                case "null" -> null;
                case "true" -> true;
                case "false" -> false;
                default -> word.matches("-?\\d+") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
            };
        }

        private char next() {
            while (Character.isWhitespace(in.charAt(at))) {
                at++;
            }
            return in.charAt(at++);
        }

        private String string() {
            StringBuilder out = new StringBuilder();
            for (char c = in.charAt(at++); c != '"'; c = in.charAt(at++)) {
                if (c != '\\') {
                    out.append(c);
                    continue;
                }
                char escaped = in.charAt(at++);
                if (escaped == 'u') {
                    out.append((char) Integer.parseInt(in.substring(at, at + 4), 16));
                    at += 4;
                } else {
                    int control = "bfnrt".indexOf(escaped);
                    out.append(control < 0 ? escaped : "\b\f\n\r\t".charAt(control));
                }
            }
            return out.toString();
        }
    }
}
