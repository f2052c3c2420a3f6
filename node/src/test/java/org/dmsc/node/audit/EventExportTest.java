package org.dmsc.node.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventExportTest {

    @Test
    void quotesWhatWouldEndACell() {
        assertThat(EventExport.cell("a,b")).isEqualTo("\"a,b\"");
        assertThat(EventExport.cell("say \"x\"")).isEqualTo("\"say \"\"x\"\"\"");
        assertThat(EventExport.cell("two\nlines")).isEqualTo("\"two\nlines\"");
        assertThat(EventExport.cell("plain")).isEqualTo("plain");
        assertThat(EventExport.cell(null)).isEmpty();
    }

    @Test
    void aReasonThatLooksLikeAFormulaIsAText() {
        assertThat(EventExport.cell("=HYPERLINK(\"x\")")).startsWith("\"'=");
        assertThat(EventExport.cell("@SUM(1)")).startsWith("'@");
    }
}
