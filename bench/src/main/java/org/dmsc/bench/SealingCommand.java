package org.dmsc.bench;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.CommonClientConfigs;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.Pkcs12KeyVault;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc bench sealing}. */
@Command(
        name = "sealing",
        mixinStandardHelpOptions = true,
        description = {
            "A record's way from gateway to reader over a real broker, sealed and in clear, in turns.",
            "Routing part and a payload of 1 KiB, each sealed and opened; ratio of the two throughputs."
        })
final class SealingCommand implements Callable<Integer> {

    @Option(
            names = "--seconds",
            description = "length of each of the fifty-four windows (default: ${DEFAULT-VALUE})",
            defaultValue = "1")
    private int seconds;

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    @Override
    public Integer call() throws Exception {
        try (Scratch scratch = Scratch.make()) {
            output.progress().accept("starting a fabric in " + scratch.folder() + " for its broker");
            try (FabricProcess fabric = FabricProcess.start(scratch.folder())) {
                return output.print(run(fabric.kafkaClient(), scratch.folder().resolve("vault")));
            }
        }
    }

    private Report run(Map<String, Object> kafka, Path vaultFolder) throws Exception {
        Map<String, String> security = new HashMap<>();
        kafka.forEach((key, value) -> security.put(key, String.valueOf(value)));
        String bootstrap = String.valueOf(security.remove(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
        KafkaClients clients = new KafkaClients(new KafkaConnection(bootstrap, security, "bench"));
        Pkcs12KeyVault vault = Pkcs12KeyVault.open(vaultFolder, "bench".toCharArray(), Set.of(KeyClass.values()));
        for (KeyClass keyClass : KeyClass.values()) {
            vault.create(new TenantId("bench"), keyClass);
        }
        try (TopicSchemaRegistry registry = new TopicSchemaRegistry(clients.common("schemas"))) {
            registry.start();
            AvroCodec codec = new AvroCodec(registry);
            AesGcmEnvelopeCipher cipher = new AesGcmEnvelopeCipher(vault, new SecureRandom(), Clock.systemUTC());
            try (RecordPath sealed = new RecordPath("sealed", clients, kafka, codec, cipher);
                    RecordPath clear = new RecordPath("clear", clients, kafka, codec, new Unsealed())) {
                return new SealingBench(sealed, clear, output.progress()).run(Duration.ofSeconds(seconds));
            }
        }
    }
}
