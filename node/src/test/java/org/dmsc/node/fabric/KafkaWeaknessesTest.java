package org.dmsc.node.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.dmsc.node.fabric.KafkaWeaknesses.Authorizer;
import org.dmsc.node.fabric.KafkaWeaknesses.Seen;
import org.junit.jupiter.api.Test;

final class KafkaWeaknessesTest {

    @Test
    void anOpenClusterIsCalledOne() {
        Seen open = new Seen(
                "PLAINTEXT",
                Authorizer.OFF,
                1,
                Map.of("unclean.leader.election.enable", "true", "auto.create.topics.enable", "true"));

        assertThat(KafkaWeaknesses.of(open))
                .anySatisfy(line -> assertThat(line).contains("no TLS"))
                .anySatisfy(line -> assertThat(line).contains("no authorizer"))
                .anySatisfy(line -> assertThat(line).contains("1 broker"))
                .anySatisfy(line -> assertThat(line).contains("unclean.leader.election"))
                .anySatisfy(line -> assertThat(line).contains("auto.create.topics"));
    }

    @Test
    void aClosedClusterStillCannotKeepItsAdministratorsFromTheAuditLog() {
        Seen closed = new Seen("SASL_SSL", Authorizer.ON, 3, Map.of("unclean.leader.election.enable", "false"));

        assertThat(KafkaWeaknesses.of(closed)).singleElement().asString().contains("dmsc.audit");
    }

    @Test
    void whatItDoesNotSayIsNotTakenForGood() {
        assertThat(KafkaWeaknesses.of(new Seen("SSL", Authorizer.UNKNOWN, 3, Map.of())))
                .anySatisfy(line -> assertThat(line).contains("may not be read"));
    }
}
