package org.dmsc.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmsc.node.host.NodeException;
import org.dmsc.node.query.RouterAddress;
import org.junit.jupiter.api.Test;

final class QuerySectionTest {

    private static QueryConfig read(Map<String, String> settings) {
        return ConfigReader.read(Optional.empty(), settings).queries();
    }

    @Test
    void routersAnswerNobodyAndGatewaysAskNobodyUnlessTold() {
        assertThat(read(Map.of())).isEqualTo(new QueryConfig(Optional.empty(), "127.0.0.1", List.of()));
    }

    @Test
    void readsWhereToAnswerAndWhomToAsk() {
        QueryConfig config = read(Map.of(
                "router-queries.host", "0.0.0.0",
                "router-queries.port", "8447",
                "router-queries.advertise", "router-1",
                "router-queries.ask", "router-1:8447, [::1]:9000"));

        assertThat(config)
                .isEqualTo(new QueryConfig(
                        Optional.of(new EdgeConfig("0.0.0.0", 8447)),
                        "router-1",
                        List.of(new RouterAddress("router-1", 8447), new RouterAddress("[::1]", 9000))));
    }

    @Test
    void anAddressThatNobodyCanReachIsAFault() {
        assertThatThrownBy(() -> read(Map.of("router-queries.host", "0.0.0.0", "router-queries.port", "8447")))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("router-queries.advertise");
        assertThatThrownBy(() -> read(Map.of("router-queries.advertise", "https://router-1")))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("router-queries.advertise");
        assertThatThrownBy(() -> read(Map.of("router-queries.ask", "router-1:99999,router-2")))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("'router-1:99999' (expected host:port")
                .hasMessageContaining("'router-2' (expected host:port");
    }
}
