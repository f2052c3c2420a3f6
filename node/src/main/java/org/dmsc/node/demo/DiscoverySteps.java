package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Who is there? Asked with a sentence, and with a tag. */
final class DiscoverySteps {

    private DiscoverySteps() {}

    static List<Step> all() {
        return List.of(new BySentence(), new ByTag());
    }

    private record BySentence() implements Step {

        private static final String SENTENCE = "Who can explain why my invoice is wrong, and start a refund?";

        @Override
        public String title() {
            return "Discovery by sentence";
        }

        @Override
        public Observation observe(Stage stage) {
            Caller support = stage.cast().caller(Cast.SUPPORT);
            stage.narrator().says(Cast.SUPPORT, "fabric", "\"" + SENTENCE + "\"");
            List<JsonNode> found = support.find("find-sentence", SENTENCE);
            found.forEach(agent -> stage.narrator().says("fabric", Cast.SUPPORT, line(agent)));
            String best = found.isEmpty() ? "nobody" : name(found.get(0));
            Stage.expect(
                    best.equals(Cast.BILLING),
                    "billing first",
                    found,
                    support.process().log().toString());
            return new Observation(
                    "\"" + SENTENCE + "\"",
                    "billing is the best of " + found.size() + " found, with score and reasons");
        }
    }

    private record ByTag() implements Step {

        @Override
        public String title() {
            return "Discovery by tag";
        }

        @Override
        public Observation observe(Stage stage) {
            Caller support = stage.cast().caller(Cast.SUPPORT);
            stage.narrator().says(Cast.SUPPORT, "fabric", "who has the tag 'network'?");
            List<JsonNode> found = support.find("find-tag", "network");
            found.forEach(agent -> stage.narrator().says("fabric", Cast.SUPPORT, line(agent)));
            Set<String> names = found.stream().map(DiscoverySteps::name).collect(Collectors.toSet());
            Set<String> both = Set.of(Cast.TECH_1, Cast.TECH_2);
            Stage.expect(
                    names.equals(both),
                    "exactly " + both,
                    found,
                    support.process().log().toString());
            return new Observation("tag 'network'", "exactly tech-1 and tech-2, both " + health(found));
        }
    }

    /** The agent's id, without the tenant where it is given. */
    static String name(JsonNode agent) {
        String name = agent.path("agent").asText();
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static String health(List<JsonNode> agents) {
        return agents.stream()
                .map(agent -> agent.path("health").asText())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String line(JsonNode agent) {
        String why = Json.elements(agent.path("why")).map(JsonNode::asText).collect(Collectors.joining("; "));
        return name(agent) + " (" + agent.path("health").asText() + ", score "
                + agent.path("score").asText("-") + ") " + why;
    }
}
