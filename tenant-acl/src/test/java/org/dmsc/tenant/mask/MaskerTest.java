package org.dmsc.tenant.mask;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.dmsc.tenant.testing.FixedPolicies;
import org.junit.jupiter.api.Test;

final class MaskerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EMAIL = "patterns: [{name: email, pattern: '[\\w.]+@[\\w.]+', action: %s}]";

    @Test
    void fieldsAreDroppedRedactedPseudonymisedGeneralisedOrKept() {
        Masker masker = masker("""
                fields:
                  - {path: $.customer.email, action: pseudonymise}
                  - {path: $..iban, action: drop}
                  - {path: '$.items[*].price', action: generalise}
                  - {path: $.born, action: generalise}
                  - {path: $.name, action: redact}
                """);

        ObjectNode masked = masker.message(message("""
                {"parts":[{"data":{"customer":{"email":"a@b.c","iban":"DE1"},"deep":{"x":[{"iban":1,"y":2}]},
                  "items":[{"price":1234,"sku":"k"}],"born":"1971-04-05","name":{"first":"A"},"free":"stays"}}]}
                """));

        assertThat(masked.toString())
                .isEqualTo(
                        "{\"parts\":[{\"data\":{\"customer\":{\"email\":\"p(a@b.c)\"},\"deep\":{\"x\":[{\"y\":2}]},"
                                + "\"items\":[{\"price\":1E+3,\"sku\":\"k\"}],\"born\":\"1971-04\",\"name\":\"[redacted]\",\"free\":\"stays\"}}]}");
    }

    @Test
    void whatNoRuleMeansIsWithheldWhereTheProfileSaysSo() {
        Masker masker = masker("other-fields: withhold\nfields: [{path: $.order.total, action: keep}]");

        ObjectNode masked = masker.message(message("""
                {"parts":[{"text":"secret"},{"raw":"AAAA","filename":"x"},{"url":"https://x"},
                  {"data":{"order":{"total":5,"who":"me"},"other":{"a":1}}},{"data":[1,2]},{"odd":1}],"metadata":{"k":"v"}}
                """));

        assertThat(masked.toString()).isEqualTo("{\"parts\":[{\"data\":{\"order\":{\"total\":5}}}]}");
        assertThat(masker.text("secret")).isEmpty();
    }

    @Test
    void aMessageThatLostAllItsPartsStillHasOne() {
        assertThat(masker("other-fields: withhold")
                        .message(message("{\"parts\":[{\"text\":\"secret\"}]}"))
                        .toString())
                .isEqualTo("{\"parts\":[{\"text\":\"[withheld]\"}]}");
    }

    @Test
    void patternsAreFoundInTextsFieldsNamesAndNumbers() {
        Masker masker = masker("""
                patterns:
                  - {name: email, pattern: '[\\w.]+@[\\w.]+', action: redact}
                  - {name: pan, pattern: '\\b4\\d{15}\\b', action: drop}
                """);

        assertThat(masker.message(message("""
                                {"parts":[{"text":"write to a.b@c.de now","metadata":{"by":"x@y.z"}},
                                  {"data":{"k@l.m":[4111111111111111,"n@o.p"]}}]}
                                """)).toString())
                .isEqualTo("{\"parts\":[{\"text\":\"write to [email] now\",\"metadata\":{\"by\":\"[email]\"}},"
                        + "{\"data\":{\"[email]\":[\"\",\"[email]\"]}}]}");
        assertThat(masker.text("mail a@b.c")).isEqualTo("mail [email]");
    }

    @Test
    void pseudonymsAndGeneralisationsInText() {
        assertThat(masker(EMAIL.formatted("pseudonymise")).text("ask a@b.c")).isEqualTo("ask p(a@b.c)");
        assertThat(masker(EMAIL.formatted("generalise")).text("ask a@b.c")).isEqualTo("ask *@b.c");
        assertThat(TextMask.general("Zürich")).isEqualTo("Z…");
    }

    @Test
    void aDryRunChangesNothingAndSaysThatItWould() {
        Masker masker = masker("dry-run: true\n" + EMAIL.formatted("redact"));
        ObjectNode message = message("{\"parts\":[{\"text\":\"a@b.c\"}]}");

        assertThat(masker.message(message)).isEqualTo(message);
        assertThat(masker.wouldChange(message)).isTrue();
        assertThat(masker.wouldChange(message("{\"parts\":[{\"text\":\"none\"}]}")))
                .isFalse();
    }

    /** security.md 2.10: these ran for seconds in java.util.regex. */
    @Test
    void aPatternThatExplodesElsewhereCostsNothingHere() {
        Masker masker = masker("patterns: [{name: bomb, pattern: '(.*a){12}b', action: redact}]");

        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> masker.text("a".repeat(5_000)));
    }

    private static Masker masker(String profile) {
        String indented = "masking:\n  ingress: p\n  profiles:\n  - name: p\n    "
                + profile.strip().replace("\n", "\n    ") + "\n";
        return new Masker(
                FixedPolicies.policy("acme", indented).masking().ingress().orElseThrow(), value -> "p(" + value + ")");
    }

    private static ObjectNode message(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
