package org.dmsc.tenant.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TagExpressionTest {

    @ParameterizedTest
    @CsvSource({
        "billing && !eu || x, billing us, true",
        "billing && !eu || x, billing eu, false",
        "billing && !eu || x, eu x, true",
        "billing && (!eu || x), eu x, false",
        "!billing, '', true",
        "!!billing, billing, true",
        "BILLING&&Us, billing us, true",
        "a || b && c, a, true",
        "(a || b) && c, a, false",
    })
    void bindsNotThenAndThenOr(String expression, String tags, boolean expected) {
        Set<String> all = tags.isEmpty() ? Set.of() : Set.of(tags.split(" "));

        assertThat(TagExpression.parse(expression).matches(all)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a &&", "|| a", "a b", "(a", "a)", "a & b", "!", "()", "a | b"})
    void saysWhereItIsWrong(String expression) {
        assertThatThrownBy(() -> TagExpression.parse(expression))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("at character");
    }

    @Test
    void isBoundedInLengthAndDepth() {
        assertThatThrownBy(() -> TagExpression.parse("!".repeat(60) + "a")).hasMessageContaining("at most 50 levels");
        assertThatThrownBy(() -> TagExpression.parse("(".repeat(400) + "a")).hasMessageContaining("at most 50 levels");
        assertThatThrownBy(() -> TagExpression.parse("a".repeat(1_001))).hasMessageContaining("1001 characters");
    }
}
