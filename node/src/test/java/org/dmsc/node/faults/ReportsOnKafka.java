package org.dmsc.node.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.Pkcs12KeyVault;

/** The heartbeats of a tenant's agents as they lie on its topic, opened with the fabric's keys. */
final class ReportsOnKafka {

    private ReportsOnKafka() {}

    /** How often each is there. */
    static Map<ReportLoad.Report, Integer> read(KafkaConnection kafka, Path keys, String tenant) throws IOException {
        KafkaClients clients = new KafkaClients(kafka);
        String password = Files.readString(keys.resolve("secrets").resolve("vault.password"), StandardCharsets.US_ASCII)
                .strip();
        Pkcs12KeyVault vault =
                Pkcs12KeyVault.open(keys.resolve("vault"), password.toCharArray(), Set.of(KeyClass.ROUTING));
        try (TopicSchemaRegistry registry = new TopicSchemaRegistry(clients.common("schemas"))) {
            registry.start();
            AvroCodec codec = new AvroCodec(registry);
            Envelopes envelopes =
                    new Envelopes(new AesGcmEnvelopeCipher(vault, new SecureRandom(), Clock.systemUTC()), codec);
            AvroSerde<SealedEnvelope> serde = new AvroSerde<>(codec, SealedEnvelope.class);
            try (Consumer<String, SealedEnvelope> reader = clients.reader("reports", serde.deserializer())) {
                return all(reader, Channel.AGENTS.of(new TenantId(tenant)), envelopes);
            }
        }
    }

    private static Map<ReportLoad.Report, Integer> all(
            Consumer<String, SealedEnvelope> reader, String topic, Envelopes envelopes) {
        List<TopicPartition> partitions = reader.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        reader.assign(partitions);
        reader.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
        Map<ReportLoad.Report, Integer> found = new HashMap<>();
        while (partitions.stream().anyMatch(one -> reader.position(one) < ends.get(one))) {
            reader.poll(Duration.ofMillis(200)).forEach(read -> {
                AgentReport report = envelopes.routing(read.value(), AgentReport.class);
                if (report.getKind() == AgentReportKind.HEARTBEAT && report.getLoad() != null) {
                    found.merge(
                            new ReportLoad.Report(
                                    report.getAgent(), report.getLoad().getQueueDepth()),
                            1,
                            Integer::sum);
                }
            });
        }
        return found;
    }
}
