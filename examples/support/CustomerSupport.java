// A customer-support agent: it asks the fabric for help, over plain HTTPS and A2A 1.0, with nothing but the JDK.
//
//   java CustomerSupport.java --as CREDENTIALS --gateway https://localhost:8443
//
// It reads one command a line and prints what came back as one JSON object a line:
//   find-sentence TEXT        who could help with this?          find-tag TAG      who has this tag?
//   ask TEXT                  delegate by need, wait             ask-agent AGENT TEXT    delegate to a named agent, wait
//   stream AGENT TEXT         delegate and print every event     begin TEXT        delegate, do not wait
//   begin-agent AGENT TEXT    to a named agent, do not wait      get TASK          what became of it?        quit
// AGENT may be another tenant's: tenant/agent. It uses no DMSC code.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class CustomerSupport {

    private static final String DELEGATION = "urn:dmsc:ext:delegation:1";

    private final HttpClient client;
    private final String gateway;

    private CustomerSupport(HttpClient client, String gateway) {
        this.client = client;
        this.gateway = gateway;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i].substring(2), args[i + 1]);
        }
        if (!options.containsKey("as") || !options.containsKey("gateway")) {
            System.err.println("usage: java CustomerSupport.java --as CREDENTIALS --gateway URL");
            System.exit(2);
        }
        HttpClient client = HttpClient.newBuilder().sslContext(tls(Path.of(options.get("as")))).build();
        CustomerSupport support = new CustomerSupport(client, options.get("gateway"));
        say(Map.of("event", "ready"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
            support.run(line);
        }
        System.exit(0);
    }

    private void run(String line) throws Exception {
        String[] words = line.split(" ", 2);
        String rest = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "find-sentence" -> print(words[0], get("/v1/agents?q=" + URLEncoder.encode(rest, StandardCharsets.UTF_8)));
            case "find-tag" -> print(words[0], get("/v1/agents?tag=" + URLEncoder.encode(rest, StandardCharsets.UTF_8)));
            case "get" -> print(words[0], get("/tasks/" + rest));
            case "ask" -> print(words[0], post("/message:send", message(rest, null, false)));
            case "begin" -> print(words[0], post("/message:send", message(rest, null, true)));
            case "begin-agent" -> print(words[0], post("/message:send", message(afterFirst(rest), first(rest), true)));
            case "ask-agent" -> print(words[0], post("/message:send", message(afterFirst(rest), first(rest), false)));
            case "stream" -> stream(message(afterFirst(rest), first(rest), false));
            default -> say(Map.of("error", "unknown command", "line", line));
        }
    }

    /** HTTP+JSON, the streaming operation: every event is printed as it comes. */
    private void stream(String body) throws Exception {
        HttpResponse<Stream<String>> answer = client.send(request("/message:stream", body), HttpResponse.BodyHandlers.ofLines());
        if (answer.statusCode() != 200) {
            print("stream", answer.statusCode(), String.join("", answer.body().toList()));
            return;
        }
        answer.body().filter(line -> line.startsWith("data:")).forEach(line -> print("stream", 200, line.substring(5).trim()));
        say(Map.of("verb", "stream-end"));
    }

    private static String message(String text, String agent, boolean returnImmediately) {
        String extension = agent == null ? "{}" : "{\"agent\":" + Json.text(agent) + "}";
        return "{\"message\":{\"messageId\":\"" + UUID.randomUUID() + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":" + Json.text(text)
                + "}],\"metadata\":{\"" + DELEGATION + "\":" + extension + "}},\"configuration\":{\"returnImmediately\":" + returnImmediately + "}}";
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(gateway + path)).header("A2A-Version", "1.0").header("Content-Type", "application/a2a+json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + path)).header("A2A-Version", "1.0").build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void print(String verb, HttpResponse<String> answer) {
        print(verb, answer.statusCode(), answer.body());
    }

    private static void print(String verb, int status, String body) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("verb", verb);
        line.put("status", status);
        line.put("body", body.startsWith("{") || body.startsWith("[") ? Json.parse(body) : body);
        say(line);
    }

    private static void say(Map<String, ?> line) {
        System.out.println(Json.text(line));
        System.out.flush();
    }

    private static String first(String text) {
        return text.split(" ", 2)[0];
    }

    private static String afterFirst(String text) {
        return text.contains(" ") ? text.split(" ", 2)[1] : "";
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
