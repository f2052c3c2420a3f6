import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * A Kafka Streams application over a tenant's audit topic, with nothing but stock Kafka, stock Avro and the schema registry: delegations per
 * skill and minute, percentiles of how long tasks took, refusals by reason, as one JSON object every ten seconds.
 *
 * A tenant's own client reads and makes no topics. So what is counted is kept in memory, without changelog, and each run reads from the begin.
 *
 *   ./dmsc tenant kafka-access acme --out access          the topic and a certificate for it
 *   java -cp 'node/target/lib/*' examples/analytics/DelegationMetrics.java --kafka access/client.properties --tenant acme \
 *        --registry https://localhost:8443 --as creds/support [--seconds 60]
 */
public final class DelegationMetrics {

    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final int PREFIX = 5;

    public static void main(String[] words) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < words.length; i += 2) {
            options.put(words[i], words[i + 1]);
        }
        String tenant = options.get("--tenant");
        Properties config = new Properties();
        try (InputStream file = Files.newInputStream(Path.of(options.get("--kafka")))) {
            config.load(file);
        }
        // The tenant's certificate may be in groups whose names begin with the tenant's id.
        config.put("application.id", tenant + ".metrics-" + UUID.randomUUID());
        config.put("auto.offset.reset", "earliest");
        config.put("consumer.isolation.level", "read_committed");
        config.remove("group.id");
        // It writes nothing, and has no right to.
        config.put("producer.enable.idempotence", "false");
        Schemas schemas = new Schemas(options.get("--registry"), Path.of(options.get("--as")));
        Topology topology = new Topology()
                .addSource("audit", new StringDeserializer(), new ByteArrayDeserializer(), "dmsc." + tenant + ".audit")
                .addProcessor("metrics", () -> new Metrics(schemas), "audit");
        KafkaStreams streams = new KafkaStreams(topology, config);
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
        Thread.sleep(Duration.ofSeconds(Long.parseLong(options.getOrDefault("--seconds", "1000000"))).toMillis());
        streams.close();
    }

    /** Counts, and says so now and then. One topic of one partition: one thread, one instance. */
    private static final class Metrics implements Processor<String, byte[], Void, Void> {

        private final Schemas schemas;
        private final Map<String, Long> delegations = new TreeMap<>();
        private final Map<String, Long> refusals = new TreeMap<>();
        private final Map<String, Long> accepted = new HashMap<>();
        private long[] latencies = new long[1024];
        private int finished;

        Metrics(Schemas schemas) {
            this.schemas = schemas;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            context.schedule(EVERY, PunctuationType.WALL_CLOCK_TIME, now -> print());
        }

        @Override
        public void process(Record<String, byte[]> record) {
            GenericRecord event = (GenericRecord) schemas.read(record.value()).get("event");
            long time = (Long) event.get("time");
            String kind = event.get("kind").toString();
            if (kind.equals("DECISION") && event.get("skill") != null) {
                String minute = Instant.ofEpochMilli(time - time % 60_000).toString();
                delegations.merge(minute + " " + event.get("skill"), 1L, Long::sum);
            } else if (kind.equals("TASK_ACCEPTED")) {
                accepted.put(String.valueOf(event.get("taskId")), time);
            } else if (kind.equals("OUTCOME")) {
                Long begun = accepted.remove(String.valueOf(event.get("taskId")));
                if (begun != null) {
                    latencies = finished == latencies.length ? Arrays.copyOf(latencies, 2 * finished) : latencies;
                    latencies[finished++] = time - begun;
                }
            }
            // A task that is refused says so in its decision, too, and so does one that only has to wait.
            if (event.get("refusal") != null && (kind.equals("REFUSAL") || kind.equals("OUTCOME"))) {
                // A flood of one refusal is one record that says how many it stands for.
                Object count = text((Map<?, ?>) event.get("details"), "count");
                refusals.merge(event.get("refusal").toString(), count == null ? 1L : Long.parseLong(count.toString()), Long::sum);
            }
        }

        private static Object text(Map<?, ?> map, String name) {
            return map.entrySet().stream()
                    .filter(entry -> entry.getKey().toString().equals(name))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
        }

        private void print() {
            long[] sorted = Arrays.copyOf(latencies, finished);
            Arrays.sort(sorted);
            System.out.println("{\"delegations\":" + json(delegations) + ",\"refusals\":" + json(refusals)
                    + ",\"tasks\":" + finished + ",\"p50_ms\":" + at(sorted, 50) + ",\"p90_ms\":" + at(sorted, 90)
                    + ",\"p99_ms\":" + at(sorted, 99) + "}");
        }

        private static long at(long[] sorted, int percent) {
            return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
        }

        private static String json(Map<String, Long> counts) {
            StringBuilder out = new StringBuilder("{");
            counts.forEach((name, count) -> out.append(out.length() > 1 ? "," : "")
                    .append('"')
                    .append(name)
                    .append("\":")
                    .append(count));
            return out.append('}').toString();
        }
    }

    /** The Confluent wire format: a zero byte, four of an id, Avro. Ids never change, so each is asked for once. */
    private static final class Schemas {

        private final String registry;
        private final HttpClient client;
        private final Map<Integer, GenericDatumReader<GenericRecord>> readers = new HashMap<>();

        Schemas(String registry, Path credentials) throws Exception {
            this.registry = registry;
            this.client = HttpClient.newBuilder().sslContext(tls(credentials)).build();
        }

        GenericRecord read(byte[] value) {
            int id = ByteBuffer.wrap(value, 1, 4).getInt();
            try {
                return readers.computeIfAbsent(id, this::reader)
                        .read(null, DecoderFactory.get().binaryDecoder(value, PREFIX, value.length - PREFIX, null));
            } catch (IOException e) {
                throw new IllegalStateException("not a record of schema " + id, e);
            }
        }

        private GenericDatumReader<GenericRecord> reader(int id) {
            try {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id + "/schema")).build(),
                        HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    throw new IllegalStateException("schema " + id + ": " + answer.statusCode() + " " + answer.body());
                }
                return new GenericDatumReader<>(new Schema.Parser().parse(answer.body()));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("no schema registry at " + registry, e);
            }
        }

        private static SSLContext tls(Path folder) throws Exception {
            CertificateFactory x509 = CertificateFactory.getInstance("X.509");
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            byte[] key = Base64.getMimeDecoder()
                    .decode(Files.readString(folder.resolve("agent.key.pem")).replaceAll("-----[A-Z ]+-----", ""));
            try (InputStream chain = Files.newInputStream(folder.resolve("agent.cert.pem"));
                    InputStream root = Files.newInputStream(folder.resolve("ca.pem"))) {
                own.setKeyEntry(
                        "me",
                        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
                        new char[0],
                        x509.generateCertificates(chain).toArray(new Certificate[0]));
                trusted.setCertificateEntry("fabric", x509.generateCertificate(root));
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, new char[0]);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        }
    }
}
