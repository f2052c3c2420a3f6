package org.dmsc.tenant.intent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

    @Test
    void cutsNamesAndSentencesAndLeavesOutWordsThatSayNothing() {
        assertThat(Words.of("Could you please explain my invoice?")).containsExactly("explain", "invoic");
        assertThat(Words.of("PDFReader billing_v2 HTTPServer"))
                .containsExactly("pdf", "read", "bill", "v", "2", "http", "serv");
    }

    @Test
    void accentsAndWidthsDoNotMatter() {
        assertThat(Words.of("Café ＡＢＣ")).isEqualTo(Words.of("cafe abc"));
    }

    @Test
    void ideographsStandAlone() {
        assertThat(Words.of("发票查询")).containsExactly("发", "票", "查", "询");
    }

    @ParameterizedTest
    @CsvSource({
        "invoices,invoice",
        "planning,plan",
        "translation,translate",
        "translating,translate",
        "queries,query",
        "classes,class",
        "recipes,recipe",
        "charged,charge",
        "payments,payment",
        "calls,calling",
        "weekly,week"
    })
    void formsOfAWordHaveOneStem(String one, String other) {
        assertThat(Words.stem(one)).isEqualTo(Words.stem(other));
    }

    @ParameterizedTest
    @CsvSource({"bus,busy", "status,state", "music,muse", "is,i", "gas,ga"})
    void differentWordsStayApart(String one, String other) {
        assertThat(Words.stem(one)).isNotEqualTo(Words.stem(other));
    }

    @Test
    void anyTextGivesSomeTermsAndNeverAFault() {
        qt().forAll(strings().allPossible().ofLengthBetween(0, 200))
                .checkAssert(text -> assertThat(Words.of(text)).allMatch(term -> !term.isEmpty()));
        assertThat(Words.of("word ".repeat(100_000))).hasSizeLessThanOrEqualTo(2001);
    }
}
