package org.dmsc.node.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TrailTest {

    @Test
    void readsKindsIndexesAndCandidates() throws Exception {
        JsonNode accepted = record(
                "{\"index\":4,\"event\":{\"kind\":\"TASK_ACCEPTED\",\"attempt\":0,\"refusal\":null,\"reasons\":[]}}");
        JsonNode decided = record(
                "{\"index\":5,\"event\":{\"kind\":\"DECISION\",\"attempt\":1,\"reasons\":[\"load 0.25\"],\"candidates\":["
                        + "{\"agent\":\"tech-1\",\"score\":1.0,\"load\":0.5,\"verdict\":\"fits\"},"
                        + "{\"agent\":\"tech-2\",\"score\":1.0,\"load\":0.25,\"verdict\":\"chosen\"}]}}");
        Trail trail = new Trail(List.of(accepted, decided));

        JsonNode decision = trail.ofKind("DECISION").get(0);

        assertThat(trail.kinds()).containsExactly("TASK_ACCEPTED", "DECISION");
        assertThat(trail.indexes()).containsExactly(4L, 5L);
        assertThat(Trail.ended(trail.records())).isFalse();
        assertThat(Trail.candidate(decision, "tech-2"))
                .hasValueSatisfying(candidate ->
                        assertThat(candidate.path("load").asDouble()).isEqualTo(0.25));
        assertThat(Trail.candidate(decision, "tech-3")).isEmpty();
        assertThat(trail.lines().get(1)).contains("#5").contains("DECISION").contains("load 0.25");
        assertThat(trail.lines().get(0)).doesNotContain("null");
    }

    private static JsonNode record(String json) throws JsonProcessingException {
        return Json.MAPPER.readTree(json);
    }
}
