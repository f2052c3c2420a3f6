package org.dmsc.node.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.dmsc.node.testing.OnOutsideKafka;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** All of {@link FabricIT} on a Kafka that is not embedded: a container where a Docker engine exists. */
@OnOutsideKafka
final class OutsideKafkaIT extends FabricIT {

    private TestFabric fabric;

    @BeforeAll
    void remember(TestFabric shared) {
        fabric = shared;
    }

    @Test
    @Override
    void saysHowItIs() {
        List<String> roles = new ArrayList<>();
        fabric.operator().get("/v1/status").body().path("roles").forEach(role -> roles.add(role.asText()));

        assertThat(fabric.anonymous().get("/ready").status()).isEqualTo(200);
        assertThat(roles).hasSize(5).doesNotContain("broker");
    }
}
