package org.dmsc.bridge.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.dmsc.schemas.AgentRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OwedKeyTest {

    private static final AgentRef AGENT = AgentRef.of("acme", "press-7");

    @Test
    void isReadAsItWasWritten() {
        OwedKey key = new OwedKey(AGENT, 1_700_000_000_123L, "1b-2");

        assertThat(key).hasToString("acme/press-7/1700000000123-1b-2");
        assertThat(OwedKey.parse(key.toString())).contains(key);
    }

    @Test
    void sortsByAgentAndTime() {
        assertThat(Stream.of(
                                new OwedKey(AGENT, 1_700_000_000_123L, "a"),
                                new OwedKey(AGENT, 20, "b"),
                                new OwedKey(AgentRef.of("acme", "press-70"), 1, "c"))
                        .map(OwedKey::toString)
                        .sorted())
                .extracting(text -> text.charAt(text.length() - 1))
                .containsExactly('b', 'a', 'c');
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "acme", "acme/press", "acme/press/17-a", "acme/press/x/1700000000123-a"})
    void isNothingElse(String text) {
        assertThat(OwedKey.parse(text)).isEmpty();
    }
}
