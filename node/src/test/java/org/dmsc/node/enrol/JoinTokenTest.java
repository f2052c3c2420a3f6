package org.dmsc.node.enrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.dmsc.node.host.NodeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JoinTokenTest {

    @Test
    void isOneWordWithATokenForEachKind() {
        JoinToken token = new JoinToken(Map.of("router", "K3-_", "registry", "9x"));

        assertThat(token.text()).isEqualTo("registry.9x,router.K3-_");
        assertThat(JoinToken.parse(token.text())).isEqualTo(token);
        assertThat(token.toString()).doesNotContain("K3").contains("router");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "K3", ".K3", "router.", "router.K3,", "router.K3,9x"})
    void refusesOtherWordsAndDoesNotRepeatThem(String word) {
        assertThatThrownBy(() -> JoinToken.parse(word))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("dmsc node invite NAME --roles ROLES")
                .hasMessageNotContaining("K3");
    }
}
