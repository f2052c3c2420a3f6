package org.dmsc.node.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ResultTableTest {

    @Test
    void wrapsLongCellsAtSpacesAndCutsWordsThatFitNowhere() {
        assertThat(ResultTable.wrap("one two three", 7)).containsExactly("one two", "three");
        assertThat(ResultTable.wrap("abcdefghij k", 4)).containsExactly("abcd", "efgh", "ij k");
        assertThat(ResultTable.wrap("", 4)).containsExactly("");
    }

    @Test
    void allLinesAreEquallyWide() {
        StepResult good =
                new StepResult("Discovery", StepResult.Outcome.OBSERVED, "x ".repeat(60), "y".repeat(200), 1234);
        StepResult bad = new StepResult("Delegation", StepResult.Outcome.FAILED, "", "nothing", 0);

        List<String> lines = ResultTable.lines(List.of(good, bad));

        assertThat(lines).allSatisfy(line -> assertThat(line).hasSameSizeAs(lines.get(0)));
        assertThat(String.join("\n", lines)).contains("1.2 s").contains("FAILED: Delegation");
    }
}
