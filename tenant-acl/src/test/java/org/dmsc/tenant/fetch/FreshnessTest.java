package org.dmsc.tenant.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FreshnessTest {

    @Test
    void takesWhatTheStandardHas() {
        Freshness read = Freshness.of("W/\"a-1\"", "Sun, 06 Nov 1994 08:49:37 GMT", "public, max-age=60");

        assertThat(read.tag()).contains("W/\"a-1\"");
        assertThat(read.modified()).contains("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(read.maxAge()).contains(Duration.ofMinutes(1));
        assertThat(read.isKnown()).isTrue();
        assertThat(Freshness.of("", "", "max-age=60, must-revalidate").isKnown())
                .isFalse();
    }

    @Test
    void leavesOutWhatIsAnythingElse() {
        for (String tag :
                new String[] {"a", "\"a", "\"a\"\"", "\"a b\"", "\"\r\nX: y\"", "*", "\"" + "x".repeat(300) + "\""}) {
            assertThat(Freshness.of(tag, "", "").tag()).as(tag).isEmpty();
        }
        for (String date :
                new String[] {"yesterday", "2026-01-01", "Sun, 06 Nov 1994 08:49:37 GMT\r\nX: y", "x".repeat(9999)}) {
            assertThat(Freshness.of("", date, "").modified()).as(date).isEmpty();
        }
    }

    @Test
    void readsAgesAndTakesNoneForWhatMustNotBeKept() {
        assertThat(Freshness.of("", "", "max-age=-1").maxAge()).isEmpty();
        assertThat(Freshness.of("", "", "max-age=99999999999999999999").maxAge())
                .isEmpty();
        assertThat(Freshness.of("", "", "s-max-age=5").maxAge()).isEmpty();
        assertThat(Freshness.of("", "", "No-Store, max-age=60").maxAge()).contains(Duration.ZERO);
        assertThat(Freshness.of("", "", "max-age=\"7\"").maxAge()).contains(Duration.ofSeconds(7));
        assertThat(Freshness.of("", "", ",".repeat(100_000)).maxAge()).isEmpty();
    }
}
