// An inventory device: an MQTT 5 agent by the A2A-over-MQTT profile 0.1, with a stock MQTT client (Eclipse Paho) and the JDK.
//
//   java -cp 'examples/target/lib/*' InventoryDevice.java --as CREDENTIALS --mqtt ssl://localhost:8883 --tenant acme
//
// CREDENTIALS is the folder that `dmsc agent add` wrote. It publishes its card retained (that registers it), answers requests, and on a
// line `ask TEXT` of its standard input it delegates to whoever can help. `pause` makes it wait after the first shelf of a stocktaking, until
// `resume`. --note TEXT is added to what it answers. What happens is printed as one JSON object a line. No DMSC code.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

public class InventoryDevice implements MqttCallback {

    private static final int AT_LEAST_ONCE = 1;

    private final MqttAsyncClient client;
    private final String name;
    private final String place;
    private final String note;
    private final Gate gate = new Gate();
    // Paho delivers on one thread and publishes through it: answers are written from another.
    private final ExecutorService answers = Executors.newSingleThreadExecutor();

    private InventoryDevice(MqttAsyncClient client, Map<String, String> options, String name) {
        this.client = client;
        this.name = name;
        this.place = options.get("tenant") + "/main/" + name;
        this.note = options.containsKey("note") ? ", " + options.get("note") : "";
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i].substring(2), args[i + 1]);
        }
        if (!options.containsKey("as") || !options.containsKey("mqtt") || !options.containsKey("tenant")) {
            System.err.println("usage: java -cp 'examples/target/lib/*' InventoryDevice.java --as CREDENTIALS --mqtt ssl://HOST:PORT --tenant TENANT");
            System.exit(2);
        }
        Path folder = Path.of(options.get("as"));
        String name = options.getOrDefault("id", folder.getFileName().toString());
        String id = options.get("tenant") + "/main/" + name;
        MqttAsyncClient client = new MqttAsyncClient(options.get("mqtt"), id, new MemoryPersistence());
        InventoryDevice device = new InventoryDevice(client, options, name);
        try {
            device.start(tls(folder));
        } catch (MqttException e) {
            say("event", "refused", "agent", name, "reasonCode", e.getReasonCode(), "cause", String.valueOf(e));
            System.exit(1);
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
            if (line.startsWith("ask ")) {
                device.delegate(line.substring(4));
            } else if (line.equals("pause") || line.equals("resume")) {
                device.gate.set(line.equals("resume"));
                say("event", line + "d");
            }
        }
        client.disconnect().waitForCompletion();
        System.exit(0);
    }

    private void start(SSLContext tls) throws Exception {
        MqttConnectionOptions connect = new MqttConnectionOptions();
        connect.setSocketFactory(tls.getSocketFactory());
        connect.setHttpsHostnameVerificationEnabled(true);
        connect.setCleanStart(true);
        connect.setKeepAliveInterval(10);
        MqttMessage will = new MqttMessage(card().getBytes(StandardCharsets.UTF_8), AT_LEAST_ONCE, true, status("offline", "lwt"));
        connect.setWill("$a2a/v1/discovery/" + place, will);
        client.setCallback(this);
        client.connect(connect).waitForCompletion();
        client.subscribe("$a2a/v1/request/" + place, AT_LEAST_ONCE).waitForCompletion();
        client.subscribe("$a2a/v1/reply/" + place + "/+", AT_LEAST_ONCE).waitForCompletion();
        MqttMessage card = new MqttMessage(card().getBytes(StandardCharsets.UTF_8), AT_LEAST_ONCE, true, status("online", "agent"));
        client.publish("$a2a/v1/discovery/" + place, card).waitForCompletion();
        say("event", "registered", "agent", name);
    }

    /** Says what it needs, to the gateway; the answer comes on its own reply topic. */
    private void delegate(String text) throws MqttException {
        String task = UUID.randomUUID().toString();
        String request = "{\"jsonrpc\":\"2.0\",\"id\":" + Json.text(task) + ",\"method\":\"SendMessage\",\"params\":{\"message\":{\"messageId\":\""
                + UUID.randomUUID() + "\",\"taskId\":" + Json.text(task) + ",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":" + Json.text(text) + "}]}}}";
        MqttProperties properties = new MqttProperties();
        properties.setResponseTopic("$a2a/v1/reply/" + place + "/" + task);
        properties.setCorrelationData(task.getBytes(StandardCharsets.UTF_8));
        String gateway = place.substring(0, place.lastIndexOf('/')) + "/gateway";
        client.publish("$a2a/v1/request/" + gateway, new MqttMessage(request.getBytes(StandardCharsets.UTF_8), AT_LEAST_ONCE, false, properties));
        say("event", "delegated", "task", task, "text", text);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        Map<String, Object> call = object(Json.parse(new String(message.getPayload(), StandardCharsets.UTF_8)));
        if (topic.startsWith("$a2a/v1/reply/")) {
            say("event", "reply", "body", call);
            return;
        }
        answers.execute(() -> {
            try {
                answer(call, message.getProperties());
            } catch (MqttException e) {
                say("event", "answer-failed", "cause", String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Answers one request: every shelf as an artifact chunk when streaming is asked for, else all at once. */
    private void answer(Map<String, Object> call, MqttProperties request) throws MqttException, InterruptedException {
        Map<String, Object> message = object(object(call.get("params")).get("message"));
        String ids = "\"taskId\":" + Json.text(message.get("taskId")) + ",\"contextId\":" + Json.text(message.get("contextId"));
        say("event", "working", "agent", name, "text", textOf(message));
        List<String> shelves = List.of("shelf A: 12 routers" + note, "shelf B: 3 access points" + note, "shelf C: out of antennas" + note);
        if ("SendStreamingMessage".equals(call.get("method"))) {
            respond(call, request, "{\"statusUpdate\":{" + ids + ",\"status\":{\"state\":\"TASK_STATE_WORKING\"}}}");
            for (int i = 0; i < shelves.size(); i++) {
                respond(call, request, "{\"artifactUpdate\":{" + ids + ",\"artifact\":{\"artifactId\":\"stock\",\"parts\":[{\"text\":" + Json.text(shelves.get(i))
                        + "}]},\"append\":" + (i > 0) + ",\"lastChunk\":" + (i == shelves.size() - 1) + "}}");
                say("event", "counted", "shelf", i);
                gate.pass();
            }
            respond(call, request, "{\"statusUpdate\":{" + ids + ",\"status\":{\"state\":\"TASK_STATE_COMPLETED\"}}}");
        } else {
            respond(call, request, "{\"task\":{\"id\":" + Json.text(message.get("taskId")) + ",\"contextId\":" + Json.text(message.get("contextId"))
                    + ",\"status\":{\"state\":\"TASK_STATE_COMPLETED\"},\"artifacts\":[{\"artifactId\":\"stock\",\"parts\":[{\"text\":"
                    + Json.text(String.join("; ", shelves)) + "}]}]}}");
        }
        say("event", "answered", "agent", name);
    }

    private void respond(Map<String, Object> call, MqttProperties request, String result) throws MqttException {
        MqttProperties properties = new MqttProperties();
        properties.setCorrelationData(request.getCorrelationData());
        String body = "{\"jsonrpc\":\"2.0\",\"id\":" + Json.text(call.get("id")) + ",\"result\":" + result + "}";
        client.publish(request.getResponseTopic(), new MqttMessage(body.getBytes(StandardCharsets.UTF_8), AT_LEAST_ONCE, false, properties));
    }

    /** Open, unless somebody paused this device. */
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

    private String card() {
        return "{\"name\":" + Json.text(name) + ",\"description\":\"Warehouse inventory device: counts stock on the shelves\",\"version\":\"1.0.0\","
                + "\"supportedInterfaces\":[{\"url\":\"mqtt://" + place + "\",\"protocolBinding\":\"https://a2a-protocol.org/bindings/mqtt/v0.1\",\"protocolVersion\":\"1.0\"}],"
                + "\"capabilities\":{\"streaming\":true},\"defaultInputModes\":[\"text/plain\"],\"defaultOutputModes\":[\"text/plain\"],"
                + "\"skills\":[{\"id\":\"stock-level\",\"name\":\"Stock level\",\"description\":\"How many pieces are in stock in the warehouse, shelf by shelf\","
                + "\"tags\":[\"inventory\",\"warehouse\",\"stock\"]}]}";
    }

    private static MqttProperties status(String status, String source) {
        MqttProperties properties = new MqttProperties();
        properties.setUserProperties(List.of(new UserProperty("a2a-status", status), new UserProperty("a2a-status-source", source)));
        return properties;
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        say("event", "disconnected", "cause", String.valueOf(response));
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {
        say("event", "error", "cause", String.valueOf(exception.getMessage()));
    }

    @Override
    public void deliveryComplete(IMqttToken token) {
        // each publish is one QoS 1 exchange; nothing else hangs on it here
    }

    @Override
    public void connectComplete(boolean reconnect, String server) {
        say("event", "connected", "server", server);
    }

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {
        // no enhanced authentication: the certificate says who this is
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
