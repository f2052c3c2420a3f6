// An agent that cannot be called, behind NAT or a firewall: it connects outwards, reads its inbox as an event stream, and posts its answers.
//
//   java InboxAgent.java --as CREDENTIALS --gateway https://localhost:8443 --skill stocktaking \
//        --description "Counts what is in the warehouse" --tags stock,warehouse --answer "41 shelves are full"
//
// CREDENTIALS is the folder that `dmsc agent add` wrote. What it does is printed as one JSON object a line. It uses nothing but the JDK;
// the wire format is in docs/http-inbox.md.

import java.io.ByteArrayInputStream;
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
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class InboxAgent {

    private static final Pattern TASK = Pattern.compile("\"taskId\":\"([^\"]+)\"");
    private static final Pattern CONTEXT = Pattern.compile("\"contextId\":\"([^\"]+)\"");

    private final HttpClient client;
    private final String api;
    private final Map<String, String> options;

    private InboxAgent(HttpClient client, String api, Map<String, String> options) {
        this.client = client;
        this.api = api;
        this.options = options;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = options(args);
        Path folder = Path.of(options.get("as"));
        String id = options.getOrDefault("id", folder.getFileName().toString());
        HttpClient client = HttpClient.newBuilder().sslContext(tls(folder)).build();
        InboxAgent agent = new InboxAgent(client, options.get("gateway") + "/v1/agents/" + id, options);
        agent.register();
        while (true) {
            try {
                agent.read();
            } catch (java.io.IOException e) {
                say("cut", String.valueOf(e.getMessage()));
            }
            Thread.sleep(500);
        }
    }

    /** The card says what it can do, {@code dmsc.channel} that it fetches its tasks. */
    private void register() throws Exception {
        StringBuilder tags = new StringBuilder();
        for (String tag : options.getOrDefault("tags", options.get("skill")).split(",")) {
            tags.append(tags.length() == 0 ? "" : ",").append(quoted(tag));
        }
        String skill = "{\"id\":" + quoted(options.get("skill")) + ",\"name\":" + quoted(options.get("skill")) + ",\"description\":"
                + quoted(options.get("description")) + ",\"tags\":[" + tags + "]}";
        String card = "{\"card\":{\"name\":" + quoted(options.get("skill")) + ",\"description\":" + quoted(options.get("description"))
                + ",\"version\":\"1\",\"skills\":[" + skill + "]},\"dmsc\":{\"channel\":\"HTTP_INBOX\"}}";
        HttpResponse<String> answer = post("", card);
        say("registered", answer.statusCode() + " " + answer.body());
        if (answer.statusCode() / 100 != 2) {
            System.exit(1);
        }
    }

    /** Reads until the stream ends; whatever was not acknowledged comes again with the next one. */
    private void read() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(api + "/inbox")).header("Accept", "text/event-stream").build();
        HttpResponse<Stream<String>> stream = client.send(request, HttpResponse.BodyHandlers.ofLines());
        String event = "";
        String delivery = "";
        for (Iterator<String> lines = stream.body().iterator(); lines.hasNext(); ) {
            String line = lines.next();
            if (line.startsWith("event: ")) {
                event = line.substring("event: ".length());
            } else if (line.startsWith("id: ")) {
                delivery = line.substring("id: ".length());
            } else if (line.startsWith("data: ")) {
                say(event, line.substring("data: ".length()));
                if (event.equals("delivery")) {
                    work(delivery, line);
                }
            }
        }
    }

    /** Acknowledged first: 404 means that somebody else has it by now. */
    private void work(String delivery, String request) throws Exception {
        if (post("/inbox/" + delivery + ":ack", "").statusCode() == 404) {
            say("dropped", delivery);
            return;
        }
        String task = first(TASK, request);
        String context = first(CONTEXT, request);
        answer(delivery, "{\"statusUpdate\":{\"taskId\":" + quoted(task) + ",\"contextId\":" + quoted(context)
                + ",\"status\":{\"state\":\"TASK_STATE_WORKING\"}}}");
        answer(delivery, "{\"message\":{\"messageId\":" + quoted(UUID.randomUUID().toString())
                + ",\"role\":\"ROLE_AGENT\",\"parts\":[{\"text\":" + quoted(options.get("answer")) + "}]}}");
    }

    /** Each answer is a StreamResponse of A2A; 204 means that it is stored. */
    private void answer(String delivery, String streamResponse) throws Exception {
        say("answered", delivery + " " + post("/inbox/" + delivery, streamResponse).statusCode());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(api + path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? found.group(1) : "";
    }

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i].replaceFirst("^--", ""), args[i + 1]);
        }
        for (String needed : List.of("as", "gateway", "skill", "description", "answer")) {
            if (!options.containsKey(needed)) {
                System.err.println("missing --" + needed + "; usage: java InboxAgent.java --as CREDENTIALS --gateway URL --skill ID"
                        + " --description TEXT [--tags A,B] --answer TEXT [--id AGENT]");
                System.exit(2);
            }
        }
        return options;
    }

    private static SSLContext tls(Path folder) throws Exception {
        CertificateFactory certificates = CertificateFactory.getInstance("X.509");
        Certificate[] chain = certificates
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("agent.cert.pem"))))
                .toArray(Certificate[]::new);
        String pem = Files.readString(folder.resolve("agent.key.pem")).replaceAll("-----[A-Z ]+-----|\\s", "");
        PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("agent", key, new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", certificates.generateCertificate(
                new ByteArrayInputStream(Files.readAllBytes(folder.resolve("ca.pem")))));
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(roots);
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return tls;
    }

    private static void say(String event, String what) {
        System.out.println("{\"event\":" + quoted(event) + ",\"what\":" + quoted(what) + "}");
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            out.append(c == '"' || c == '\\' ? "\\" + c : c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        }
        return out.append('"').toString();
    }
}
