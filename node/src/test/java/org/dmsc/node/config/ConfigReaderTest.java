package org.dmsc.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.http.Manners;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigReaderTest {

    @TempDir
    Path folder;

    @Test
    void withoutAFileOneProcessDoesEverythingOnLoopback() {
        FabricConfig config = ConfigReader.read(Optional.empty(), Map.of());

        assertThat(config.roles()).isEqualTo(Role.usual());
        assertThat(config.http())
                .isEqualTo(new HttpConfig("127.0.0.1", 8443, ErrorProfile.V1_0_1, Manners.USUAL, List.of()));
        assertThat(config.mqtt()).isEqualTo(new MqttConfig("127.0.0.1", 8883, OptionalInt.empty()));
        assertThat(config.kafka().port()).isZero();
        assertThat(config.keys()).isEqualTo(config.data().resolve("keys"));
        assertThat(config.lanes()).isEqualTo(4);
        assertThat(config.schemaRegistry()).isEmpty();
    }

    @Test
    void readsEveryKey() throws IOException {
        Path file = file("""
                data: /var/lib/dmsc
                keys: /etc/dmsc/keys
                roles: [http, router]
                node: edge-7
                domain: fabric.example.org
                lanes: 16
                replication: 3
                schema-registry: https://registry.example.org
                kafka:
                  bootstrap: k1:9092,k2:9092
                  tls: true
                  client:
                    security.protocol: SASL_SSL
                http: {host: 0.0.0.0, port: 0}
                mqtt: {port: 18883}
                limits:
                  max-body-bytes: 1_048_576
                  certificate-life: 12h
                """);

        FabricConfig config = ConfigReader.read(Optional.of(file), Map.of());

        assertThat(config.data()).isEqualTo(Path.of("/var/lib/dmsc"));
        assertThat(config.keys()).isEqualTo(Path.of("/etc/dmsc/keys"));
        assertThat(config.roles()).containsExactlyInAnyOrder(Role.HTTP, Role.ROUTER);
        assertThat(config.node()).isEqualTo("edge-7");
        assertThat(config.domain()).isEqualTo("fabric.example.org");
        assertThat(config.lanes()).isEqualTo(16);
        assertThat(config.replication()).isEqualTo((short) 3);
        assertThat(config.schemaRegistry()).contains(URI.create("https://registry.example.org"));
        assertThat(config.kafka().bootstrap()).isEqualTo("k1:9092,k2:9092");
        assertThat(config.kafka().tls()).isEqualTo(Toggle.ON);
        assertThat(config.kafka().client()).containsExactly(Map.entry("security.protocol", "SASL_SSL"));
        assertThat(config.http())
                .isEqualTo(new HttpConfig("0.0.0.0", 0, ErrorProfile.V1_0_1, Manners.USUAL, List.of()));
        assertThat(config.mqtt().port()).isEqualTo(18883);
        assertThat(config.limits()).isEqualTo(new FabricConfig.Limits(1_048_576, Duration.ofHours(12)));
    }

    @Test
    void theCommandLineWins() throws IOException {
        Path file = file("http: {port: 1}\nroles: [broker]\n");

        FabricConfig config = ConfigReader.read(Optional.of(file), Map.of("http.port", "2", "roles", "broker,http"));

        assertThat(config.http().port()).isEqualTo(2);
        assertThat(config.roles()).containsExactlyInAnyOrder(Role.BROKER, Role.HTTP);
    }

    @Test
    void whoNamesAKafkaGetsNoSecondBroker() {
        FabricConfig config = ConfigReader.read(Optional.empty(), Map.of("kafka.bootstrap", "k:9092"));

        assertThat(config.roles()).doesNotContain(Role.BROKER).hasSize(5);
    }

    @Test
    void kafkaIsReachedWithTheFabricsCertificatesUnlessToldOtherwise() throws IOException {
        assertThat(tls(Map.of())).isEqualTo(Toggle.ON);
        assertThat(tls(Map.of("kafka.bootstrap", "k:9092"))).isEqualTo(Toggle.ON);
        Path own = file("kafka: {bootstrap: k:9092, client: {security.protocol: SASL_SSL}}\n");
        assertThat(ConfigReader.read(Optional.of(own), Map.of()).kafka().tls()).isEqualTo(Toggle.OFF);
        assertThat(tls(Map.of("kafka.tls", "false"))).isEqualTo(Toggle.OFF);
        assertThatThrownBy(() -> tls(Map.of("kafka.tls", "false", "kafka.host", "0.0.0.0")))
                .hasMessageContaining("kafka.host: '0.0.0.0' with kafka.tls off");
    }

    private static Toggle tls(Map<String, String> settings) {
        return ConfigReader.read(Optional.empty(), settings).kafka().tls();
    }

    @Test
    void reportsAllFaultsAtOnceEachWithItsKeyAndARemedy() throws IOException {
        Path file = file("""
                roles: [broker, htttp]
                lanes: many
                replication: 3
                domain: Fabric_1
                colour: blue
                schema-registry: registry
                kafka:
                  bootstrap: nowhere
                  host: 0.0.0.0
                  tls: perhaps
                http:
                  port: 70000
                  prot: 1
                mqtt: 5
                limits: {certificate-life: soon}
                """);

        assertThatThrownBy(() -> ConfigReader.read(Optional.of(file), Map.of()))
                .isInstanceOfSatisfying(
                        NodeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageContaining("13 faults")
                .hasMessageContaining(
                        "roles: 'htttp' (expected some of broker, http, mqtt, router, registry, audit, keys)")
                .hasMessageContaining("lanes: 'many' (expected a whole number from 1 to 256)")
                .hasMessageContaining("replication: '3' (expected 1 with the embedded broker")
                .hasMessageContaining("domain: 'Fabric_1' (expected a DNS name")
                .hasMessageContaining("colour: unknown key (expected one of audit, authorities, connectors, data,")
                .hasMessageContaining("schema-registry: 'registry' (expected the http or https URL")
                .hasMessageContaining("kafka.bootstrap: 'nowhere' (expected host:port")
                .hasMessageContaining("kafka.bootstrap: 'nowhere' together with role broker")
                .hasMessageContaining("kafka.tls: 'perhaps' (expected true or false)")
                .hasMessageContaining("http.port: '70000' (expected a whole number from 0 to 65535)")
                .hasMessageContaining(
                        "http.prot: unknown key (expected one of cors-origins, drain-seconds, host, port, profile, public-urls)")
                .hasMessageContaining("mqtt: '5' (expected keys below it")
                .hasMessageContaining("limits.certificate-life: 'soon' (expected a time such as");
    }

    @Test
    void takesPublicUrlsThatNameAHostAndNothingElse() throws IOException {
        Path good = file("http:\n  public-urls: [https://agents.example.org, 'https://lb.example.org:9443']\n");

        assertThat(ConfigReader.read(Optional.of(good), Map.of()).http().publicUrls())
                .containsExactly(URI.create("https://agents.example.org"), URI.create("https://lb.example.org:9443"));
        for (String bad :
                List.of("http://a.example.org", "https://a.example.org/x", "a.example.org", "'https://a b'")) {
            Path file = file("http:\n  public-urls: [" + bad + "]\n");
            assertThatThrownBy(() -> ConfigReader.read(Optional.of(file), Map.of()))
                    .as(bad)
                    .hasMessageContaining("http.public-urls: '" + bad.replace("'", "") + "' (expected https://host");
        }
    }

    @Test
    void namesThePlaceWhereAFileIsNotYaml() throws IOException {
        Path file = file("http:\n  port: [1\nmqtt: 2\n");

        assertThatThrownBy(() -> ConfigReader.read(Optional.of(file), Map.of()))
                .hasMessageContaining(file + ":")
                .hasMessageContaining("is not YAML");
    }

    @Test
    void refusesAKeyThatIsThereTwice() throws IOException {
        Path file = file("lanes: 1\nlanes: 2\n");

        assertThatThrownBy(() -> ConfigReader.read(Optional.of(file), Map.of())).hasMessageContaining("lanes");
    }

    @Test
    void saysSoWhenTheFileIsMissing() {
        assertThatThrownBy(() -> ConfigReader.read(Optional.of(folder.resolve("none.yaml")), Map.of()))
                .hasMessageContaining("--config")
                .hasMessageContaining("none.yaml");
    }

    @Test
    void aProcessWithoutABrokerMustBeToldWhereOneIs() {
        assertThatThrownBy(() -> ConfigReader.read(Optional.empty(), Map.of("roles", "http")))
                .hasMessageContaining("kafka.bootstrap: missing")
                .hasMessageContaining("--kafka");
    }

    @Test
    void clientSettingsAreNotPrinted() {
        KafkaConfig config = new KafkaConfig("k:1", "h", 1, Toggle.OFF, Map.of("sasl.jaas.config", "secret"));

        assertThat(config.toString()).doesNotContain("secret");
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("dmsc.yaml"), yaml);
    }

    @Test
    void readsAModelOfMeaningAndAllItsFaultsAtOnce() throws IOException {
        Path good = file("""
                embeddings:
                  url: https://models.example/api
                  model: little
                  least: 0.25
                """);
        EmbeddingsConfig little =
                ConfigReader.read(Optional.of(good), Map.of()).embeddings().orElseThrow();
        Path bad = file("""
                embeddings:
                  url: http://models.example
                  timeout-ms: 9
                  least: 1.5
                  colour: blue
                """);

        assertThat(little.timeout()).isEqualTo(Duration.ofMillis(300));
        assertThat(little.least()).isEqualTo(0.25);
        assertThat(ConfigReader.read(Optional.empty(), Map.of()).embeddings()).isEmpty();
        assertThatThrownBy(() -> ConfigReader.read(Optional.of(bad), Map.of()))
                .hasMessageContaining("5 faults")
                .hasMessageContaining("embeddings.url: 'http://models.example' (expected https://")
                .hasMessageContaining("embeddings.model: missing")
                .hasMessageContaining("embeddings.timeout-ms: '9'")
                .hasMessageContaining("embeddings.least: '1.5'")
                .hasMessageContaining("embeddings.colour: unknown key");
    }

    @Test
    void readsConnectorsAndAllTheirFaultsAtOnce() throws IOException {
        Path good = file("""
                connectors:
                  plant-7:
                    url: ssl://broker.example:8883
                    tenant: acme
                    org: plant
                    agents: [sensor-*]
                    expose: [inventory]
                """);
        ConnectorConfig plant =
                ConfigReader.read(Optional.of(good), Map.of()).connectors().get(0);

        Path bad = file("""
                roles: [broker, http]
                connectors:
                  Plant:
                    url: tcp://broker.example:1883
                    version: 4
                    agents: [sensor-*, "a b"]
                    expose: [sensor-1]
                    certificate: /nowhere/cert.pem
                    session: soon
                    colour: blue
                """);

        assertThat(plant.clientId()).isEqualTo("dmsc-node-1-plant-7");
        assertThat(plant.topics().outside("dmsc/v1/acme/sensor-1/in")).isEqualTo("dmsc/v1/plant/sensor-1/in");
        assertThat(plant.session()).isEqualTo(Duration.ofHours(1));
        assertThatThrownBy(() -> ConfigReader.read(Optional.of(bad), Map.of()))
                .hasMessageContaining("11 faults")
                .hasMessageContaining("connectors.Plant: is no name")
                .hasMessageContaining("connectors.Plant.url: 'tcp://broker.example:1883' (expected ssl://host:port")
                .hasMessageContaining("connectors.Plant.version: '4' (expected 5 or 3.1.1")
                .hasMessageContaining("connectors.Plant.tenant: missing")
                .hasMessageContaining("connectors.Plant.agents: 'a b' (expected")
                .hasMessageContaining("connectors.Plant.expose: 'sensor-1' is one of agents, too")
                .hasMessageContaining("connectors.Plant.certificate: '/nowhere/cert.pem' cannot be read")
                .hasMessageContaining("connectors.Plant.certificate: and key (expected both or none)")
                .hasMessageContaining("connectors.Plant.session: 'soon' (expected a time")
                .hasMessageContaining("connectors.Plant.colour: unknown key")
                .hasMessageContaining("connectors: without role mqtt");
    }
}
