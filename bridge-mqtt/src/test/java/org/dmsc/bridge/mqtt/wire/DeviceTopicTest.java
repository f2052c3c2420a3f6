package org.dmsc.bridge.mqtt.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import org.dmsc.bridge.mqtt.wire.DeviceTopic.Kind;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.Test;

final class DeviceTopicTest {

    private static final AgentRef SENSOR = AgentRef.of("acme", "sensor-7");

    @Test
    void readsWhatItWrites() {
        for (Kind kind : new Kind[] {Kind.DISCOVERY, Kind.REQUEST, Kind.EVENT, Kind.OUT, Kind.IN}) {
            DeviceTopic topic = DeviceTopic.of(kind, SENSOR);
            assertThat(DeviceTopic.parse(topic.text())).contains(topic);
        }
        DeviceTopic reply = DeviceTopic.replyToGateway(new TenantId("acme"), "task.1");
        assertThat(reply.text()).isEqualTo("$a2a/v1/reply/acme/main/gateway/task.1");
        assertThat(DeviceTopic.parse(reply.text())).contains(reply);
    }

    @Test
    void readsAPoolAsARequestToNobodyInParticular() {
        DeviceTopic pool =
                DeviceTopic.parse("$a2a/v1/request/acme/main/pool/fast.ones").orElseThrow();

        assertThat(pool.agent()).isEqualTo(AgentRef.of("acme", "gateway"));
        assertThat(pool.suffix()).contains("fast.ones");
        assertThat(pool.text()).isEqualTo("$a2a/v1/request/acme/main/pool/fast.ones");
    }

    @Test
    void readsNothingElse() {
        for (String text : new String[] {
            "",
            "/",
            "$a2a/v1/request",
            "$a2a/v1/request/acme/main",
            "$a2a/v1/request/acme/main/",
            "$a2a/v1/request/acme//x",
            "$a2a/v1/request/acme/other/x",
            "$a2a/v1/request/acme/main/x/y",
            "$a2a/v1/request/ACME/main/x",
            "$a2a/v1/request/../main/x",
            "$a2a/v1/reply/acme/main/x",
            "$a2a/v1/reply/acme/main/x/",
            "$a2a/v1/reply/acme/main/x/+",
            "$a2a/v1/reply/acme/main/x/y/z",
            "$a2a/v2/request/acme/main/x",
            "$A2A/v1/request/acme/main/x",
            "dmsc/v1/acme/x",
            "dmsc/v1/acme/x/out/",
            "dmsc/v1/acme/x/OUT",
            "dmsc/v1/sys/x/out",
            "dmsc/v1/acme/x\u0000/out",
            "dmsc/v1/acme/\u00e9/out",
            "dmsc/v1/acme/e\u0301/out",
            "$a2a/v1/request/acme/main/+"
        }) {
            assertThat(DeviceTopic.parse(text)).as(text).isEmpty();
        }
    }

    @Test
    void givesEachTopicOneTextOnly() {
        qt().forAll(
                        strings().basicLatinAlphabet().ofLengthBetween(0, 12),
                        strings().basicLatinAlphabet().ofLengthBetween(0, 12))
                .check((tenant, agent) -> {
                    String text = "$a2a/v1/request/" + tenant + "/main/" + agent;
                    return DeviceTopic.parse(text)
                            .map(topic -> topic.text().equals(text))
                            .orElse(true);
                });
    }
}
