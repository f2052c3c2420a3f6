package org.dmsc.bridge.mqtt.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.OptionalInt;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.Test;

final class BrokerConfigTest {

    private static final BrokerSettings SETTINGS = new BrokerSettings("127.0.0.1", 8883, Path.of("x"), 1_000_000, 100);

    @Test
    void isValidByHiveMqsOwnSchemaAndHasNoPlaintextListener() {
        String xml = BrokerConfig.xml(SETTINGS, Path.of("a & b/${ENV:HOME}.p12"), Path.of("<t>.p12"), "p$w&<>");

        ConfigSchema.requireValid(xml);
        assertThat(xml).doesNotContain("${").doesNotContain("<tcp-listener>").doesNotContain("websocket");
        assertThat(xml).contains("<mode>in-memory</mode>", "<protocol>TLSv1.3</protocol>", "<port>8883</port>");
    }

    @Test
    void offersWebSocketOverTlsOnly() {
        String xml = BrokerConfig.xml(
                SETTINGS.withPorts(8883, OptionalInt.of(8884)), Path.of("i.p12"), Path.of("t.p12"), "p");

        ConfigSchema.requireValid(xml);
        assertThat(xml)
                .contains("<tls-websocket-listener>", "<port>8884</port>")
                .doesNotContain("<websocket-listener>");
    }

    @Test
    void isRefusedWhenItIsNotValid() {
        assertThatThrownBy(() -> ConfigSchema.requireValid("<hivemq><listeners>"))
                .isInstanceOf(BrokerException.class);
        assertThatThrownBy(() -> ConfigSchema.requireValid("<hivemq><unknown/></hivemq>"))
                .isInstanceOf(BrokerException.class);
    }

    @Test
    void settingsNameTheKeyThatIsWrong() {
        assertThatThrownBy(() -> new BrokerSettings("127.0.0.1", 70_000, Path.of("x"), 1_000_000, 100))
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.refusal()).isEqualTo(Refusal.INVALID_CONFIGURATION);
                    assertThat(e.sentence()).contains("mqtt port: 70000");
                });
    }
}
