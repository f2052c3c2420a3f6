package org.dmsc.bridge.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskFilterTest {

    @Test
    void cursorComesBackAsItWent() {
        TaskCursor cursor = new TaskCursor(1_700_000_000_123L, "0b9b8d0e-6f0a-4d1c-9a53-000000000001");

        assertThat(TaskCursor.of(cursor.token())).isEqualTo(cursor);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "%%%", "MTI", "LTF-dA", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTB-dA", "MX4"})
    void refusesCursorsItDidNotMake(String token) {
        assertThatThrownBy(() -> TaskCursor.of(token))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("page token");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 101, Integer.MAX_VALUE})
    void refusesPagesOfOtherThanOneToHundred(int size) {
        assertThatThrownBy(() -> filter(size, OptionalInt.empty()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("1 to 100");
    }

    @Test
    void refusesNegativeHistory() {
        assertThatThrownBy(() -> filter(1, OptionalInt.of(-1)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("history length");
    }

    private static TaskFilter filter(int size, OptionalInt history) {
        return new TaskFilter(
                Optional.empty(), Optional.empty(), OptionalLong.empty(), size, Optional.empty(), false, history);
    }
}
