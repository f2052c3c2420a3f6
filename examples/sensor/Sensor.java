// A sensor: an MQTT 3.1.1 agent by the DMSC envelope (docs/mqtt-311.md), with a stock MQTT client (Eclipse Paho) and the JDK.
//
//   java -cp 'examples/target/lib/*' Sensor.java --as CREDENTIALS --mqtt ssl://localhost:8883 --tenant globex
//
// CREDENTIALS is the folder that `dmsc agent add` wrote. It registers, answers whoever asks for its `temperature`, and on a line `ask TEXT`
// of its standard input it delegates to whoever can help. --celsius and --note say what it answers. What happens is printed as one JSON
// object a line. No DMSC code.

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
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

public class Sensor implements MqttCallback {

    private static final int AT_LEAST_ONCE = 1;

    private final MqttAsyncClient client;
    private final Map<String, String> options;
    private final String name;
    private final String topics;

    private Sensor(MqttAsyncClient client, Map<String, String> options, String name) {
        this.client = client;
        this.options = options;
        this.name = name;
        this.topics = "dmsc/v1/" + options.get("tenant") + "/" + name;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i].substring(2), args[i + 1]);
        }
        if (!options.containsKey("as") || !options.containsKey("mqtt") || !options.containsKey("tenant")) {
            System.err.println("usage: java -cp 'examples/target/lib/*' Sensor.java --as CREDENTIALS --mqtt ssl://HOST:PORT --tenant TENANT");
            System.exit(2);
        }
        Path folder = Path.of(options.get("as"));
        String name = options.getOrDefault("id", folder.getFileName().toString());
        MqttAsyncClient client = new MqttAsyncClient(options.get("mqtt"), options.get("tenant") + "/main/" + name, new MemoryPersistence());
        Sensor sensor = new Sensor(client, options, name);
        try {
            sensor.start(tls(folder));
        } catch (MqttException e) {
            say("event", "refused", "agent", name, "reasonCode", e.getReasonCode(), "cause", String.valueOf(e));
            System.exit(1);
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
            if (line.startsWith("ask ")) {
                sensor.delegate(line.substring(4));
            }
        }
        client.disconnect().waitForCompletion();
        System.exit(0);
    }

    private void start(SSLContext tls) throws Exception {
        MqttConnectOptions connect = new MqttConnectOptions();
        connect.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        connect.setSocketFactory(tls.getSocketFactory());
        connect.setHttpsHostnameVerificationEnabled(true);
        connect.setCleanSession(true);
        connect.setKeepAliveInterval(10);
        client.setCallback(this);
        client.connect(connect).waitForCompletion();
        client.subscribe(topics + "/in", AT_LEAST_ONCE).waitForCompletion();
        send("register", "register", null, card());
    }

    /** Says what it needs; whoever fits answers. The request's id becomes the task's. */
    private void delegate(String text) throws MqttException {
        String task = UUID.randomUUID().toString();
        send("request", task, null, "{\"message\":{\"parts\":[{\"text\":" + Json.text(text) + "}]}}");
        say("event", "delegated", "task", task, "text", text);
    }

    /** Paho would wait for itself if this waited for the answer's acknowledgement: it only sends. */
    @Override
    public void messageArrived(String topic, MqttMessage message) throws MqttException {
        Map<String, Object> envelope = object(Json.parse(new String(message.getPayload(), StandardCharsets.UTF_8)));
        String type = String.valueOf(envelope.get("type"));
        switch (type) {
            case "ack" -> say("event", "registered", "agent", name);
            case "request" -> answer(envelope);
            default -> say("event", type, "ref", envelope.get("ref"), "body", envelope.get("body"));
        }
    }

    private void answer(Map<String, Object> envelope) throws MqttException {
        say("event", "working", "agent", name, "text", textOf(object(object(envelope.get("body")).get("message"))));
        String note = options.containsKey("note") ? ", " + options.get("note") : "";
        String reading = options.getOrDefault("celsius", "-18.4") + " degrees Celsius" + note;
        send("reply", UUID.randomUUID().toString(), String.valueOf(envelope.get("id")), "{\"text\":" + Json.text(reading) + "}");
        say("event", "answered", "agent", name);
    }

    private void send(String type, String id, String ref, String body) throws MqttException {
        String envelope = "{\"v\":1,\"type\":\"" + type + "\",\"id\":" + Json.text(id) + (ref == null ? "" : ",\"ref\":" + Json.text(ref))
                + ",\"body\":" + body + "}";
        client.publish(topics + "/out", new MqttMessage(envelope.getBytes(StandardCharsets.UTF_8)));
    }

    private String card() {
        return "{\"name\":" + Json.text(name) + ",\"description\":\"Measures the temperature of the cold store\",\"version\":\"1.0.0\","
                + "\"skills\":[{\"id\":\"temperature\",\"name\":\"Temperature\",\"description\":\"Temperature of the cold store now\","
                + "\"tags\":[\"sensor\",\"temperature\"]}]}";
    }

    @Override
    public void connectionLost(Throwable cause) {
        say("event", "disconnected", "cause", String.valueOf(cause));
        System.exit(1);
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {
        // each publish is one QoS 1 exchange (Paho's default); nothing else hangs on it here
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
