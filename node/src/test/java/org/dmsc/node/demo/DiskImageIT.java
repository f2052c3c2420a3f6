package org.dmsc.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.Pkcs12KeyVault;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cases 75 and 88 as far as the disk goes: whoever has every byte of the data folder reads no word of a message, and after offboarding not
 * even with every key that is left.
 */
@Tag("long")
@ExtendWith(FabricExtension.class)
@Timeout(120)
final class DiskImageIT {

    private static final Logger LOG = LoggerFactory.getLogger(DiskImageIT.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TENANT = "forgotten";
    private static final int AVRO_HEAD = 5;

    private final CanaryWords words = new CanaryWords(new Random());

    @Test
    void noWordOfAMessageIsOnDiskAndAfterOffboardingNoKeyOpensWhatWasKept(TestFabric fabric) throws Exception {
        fabric.createTenant(TENANT);
        fabric.createTenant("bystander");
        try (HttpAgent agent = agent(fabric, TENANT);
                HttpAgent other = agent(fabric, "bystander")) {
            Participant caller = fabric.as(fabric.addAgent(TENANT, "caller"));
            Answer answer =
                    caller.post("/message:send", Participant.ask("worker", "Please " + words.next() + " for me"));
            assertThat(answer.state()).as("%s", answer).isEqualTo("COMPLETED");
            overMqtt(fabric);

            assertThat(find(fabric.folder())).as("words found on disk").isEmpty();

            List<SealedPart> kept = sealedParts(fabric.folder());
            assertThat(kept).as("parts in the copy of the topics").hasSizeGreaterThan(10);
            assertThat(opened(fabric, kept)).as("parts that open before").isEqualTo(kept.size());

            JsonNode gone = offboardBesideOthers(fabric);
            assertThat(gone.path("state").asText()).isEqualTo("OFFBOARDED");
            LOG.info("offboarding: {}", gone.path("steps"));

            assertThat(opened(fabric, kept)).as("parts that open afterwards").isZero();
            assertThat(openedUnderOtherNames(fabric, kept)).isZero();
            assertThatThrownBy(() -> caller.post("/message:send", Participant.ask("still there?")))
                    .as("its certificate is no good any more, not even for a handshake")
                    .isInstanceOf(Exception.class);
            assertThat(find(fabric.folder())).isEmpty();
        }
    }

    private HttpAgent agent(TestFabric fabric, String tenant) {
        Credentials issued = fabric.addAgent(tenant, "worker");
        HttpAgent agent = HttpAgent.start(issued, text -> "done: " + words.next());
        return fabric.register(
                issued, "worker", agent, agent.card("Worker", "work", "Does whatever please means", "please"));
    }

    /** A device asks in the words of MQTT 3.1.1, see docs/mqtt-311.md. */
    private void overMqtt(TestFabric fabric) throws Exception {
        Credentials device = fabric.addAgent(TENANT, "device");
        Mqtt3BlockingClient client = MqttClient.builder()
                .useMqttVersion3()
                .identifier(TENANT + "/main/device")
                .serverHost("localhost")
                .serverPort(fabric.description().mqttPort())
                .sslConfig(tls(device))
                .buildBlocking();
        client.connect();
        try (Mqtt3BlockingClient.Mqtt3Publishes in =
                client.publishes(com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith()
                    .topicFilter("dmsc/v1/" + TENANT + "/device/in")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            JsonNode envelope = JSON.createObjectNode()
                    .put("v", 1)
                    .put("type", "request")
                    .put("id", UUID.randomUUID().toString())
                    .put("to", "worker")
                    .set("body", Participant.ask("Please " + words.next() + " the device"));
            client.publishWith()
                    .topic("dmsc/v1/" + TENANT + "/device/out")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(JSON.writeValueAsBytes(envelope))
                    .send();
            JsonNode reply =
                    JSON.readTree(in.receive(60, TimeUnit.SECONDS).orElseThrow().getPayloadAsBytes());
            assertThat(reply.at("/body/task/status/state").asText())
                    .as("%s", reply)
                    .isEqualTo("TASK_STATE_COMPLETED");
        } finally {
            client.disconnect();
        }
    }

    /** While another tenant sends one task after the other; how long the longest took is logged, not judged. */
    private static JsonNode offboardBesideOthers(TestFabric fabric) throws InterruptedException {
        Participant other = fabric.as(fabric.addAgent("bystander", "caller"));
        AtomicBoolean enough = new AtomicBoolean();
        List<Long> millis = Collections.synchronizedList(new ArrayList<>());
        List<Answer> failed = Collections.synchronizedList(new ArrayList<>());
        Thread load = new Thread(() -> {
            while (!enough.get()) {
                long begin = System.nanoTime();
                Answer answer = other.post("/message:send", Participant.ask("worker", "Please go on"));
                millis.add((System.nanoTime() - begin) / 1_000_000L);
                if (!answer.state().equals("COMPLETED")) {
                    failed.add(answer);
                }
            }
        });
        load.start();
        TestFabric.await("a few tasks of the other tenant", () -> millis.size() > 5);
        List<Long> before = List.copyOf(millis);
        Answer gone = fabric.operator()
                .post(
                        "/v1/config/tenants/" + TENANT + "/offboard",
                        JSON.createObjectNode().put("confirm", TENANT));
        int during = millis.size();
        TestFabric.await("a few more", () -> millis.size() > during + 5);
        enough.set(true);
        load.join();
        LOG.info(
                "longest task of another tenant: {} ms before, {} ms during and after, of {}",
                Collections.max(before),
                Collections.max(millis.subList(before.size(), millis.size())),
                millis.size());
        assertThat(gone.status()).as("%s", gone).isEqualTo(200);
        assertThat(failed).isEmpty();
        return gone.body();
    }

    private List<String> find(Path folder) throws IOException {
        Needles needles = new Needles(words.all());
        List<String> found = new ArrayList<>();
        for (Path file : files(folder)) {
            try {
                needles.find(Files.readAllBytes(file)).ifPresent(word -> found.add(word + " in " + file));
            } catch (NoSuchFileException e) {
                // Kafka and RocksDB remove files while they are being listed.
                continue;
            }
        }
        return found;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (java.io.UncheckedIOException e) {
            return files(folder);
        }
    }

    /** Everything sealed in the tenant's topics, out of the broker's files. */
    private static List<SealedPart> sealedParts(Path folder) throws IOException {
        List<SealedPart> parts = new ArrayList<>();
        for (Path file : files(folder)) {
            String topic = file.getParent().getFileName().toString();
            boolean sealed = topic.matches("dmsc\\." + TENANT + "\\.(tasks|events|inbox)-[0-9]+");
            if (sealed && file.toString().endsWith(".log")) {
                try (FileRecords records = FileRecords.open(file.toFile(), false)) {
                    for (RecordBatch batch : records.batches()) {
                        // The marks of transactions are no records.
                        if (!batch.isControlBatch()) {
                            for (Record record : batch) {
                                add(record, parts);
                            }
                        }
                    }
                }
            }
        }
        return parts;
    }

    private static void add(Record record, List<SealedPart> parts) throws IOException {
        if (!record.hasValue() || !record.hasKey()) {
            return;
        }
        ByteBuffer value = record.value();
        if (value.remaining() <= AVRO_HEAD || value.get(value.position()) != 0) {
            return;
        }
        byte[] avro = new byte[value.remaining() - AVRO_HEAD];
        value.position(value.position() + AVRO_HEAD).get(avro);
        SealedEnvelope envelope = new SpecificDatumReader<>(SealedEnvelope.class)
                .read(null, DecoderFactory.get().binaryDecoder(avro, null));
        parts.add(envelope.getRouting());
        if (envelope.getPayload() != null) {
            parts.add(envelope.getPayload());
        }
    }

    /** How many open with the keys that lie in the keys folder now. */
    private static int opened(TestFabric fabric, List<SealedPart> parts) throws IOException {
        AesGcmEnvelopeCipher cipher = new AesGcmEnvelopeCipher(vault(fabric), new SecureRandom(), Clock.systemUTC());
        int opened = 0;
        for (SealedPart part : parts) {
            try {
                cipher.open(part);
                opened++;
            } catch (RefusedException e) {
                assertThat(e.refusal().name()).isEqualTo("UNREADABLE");
            }
        }
        return opened;
    }

    /** The same bytes under the name of every root key that is left. */
    private static int openedUnderOtherNames(TestFabric fabric, List<SealedPart> parts) throws IOException {
        List<SealedPart> renamed = new ArrayList<>();
        for (SealedPart part : parts.subList(0, 10)) {
            for (String key : List.of("bystander/routing/1", "bystander/payload/1")) {
                renamed.add(SealedPart.newBuilder(part)
                        .setTenant("bystander")
                        .setKeyId(key)
                        .build());
            }
        }
        return opened(fabric, renamed);
    }

    private static Pkcs12KeyVault vault(TestFabric fabric) throws IOException {
        Path keys = Path.of(fabric.description().keys());
        String password = Files.readString(keys.resolve("secrets").resolve("vault.password"), StandardCharsets.US_ASCII)
                .strip();
        return Pkcs12KeyVault.open(keys.resolve("vault"), password.toCharArray(), Set.of(KeyClass.values()));
    }

    private static MqttClientSslConfig tls(Credentials credentials) throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(credentials.keyStore(), new char[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore roots = credentials.trustStore();
        trust.init(roots);
        return MqttClientSslConfig.builder()
                .keyManagerFactory(keys)
                .trustManagerFactory(trust)
                .protocols(List.of("TLSv1.3"))
                .build();
    }
}
