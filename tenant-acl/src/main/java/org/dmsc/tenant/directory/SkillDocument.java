package org.dmsc.tenant.directory;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.tenant.intent.Words;

/**
 * One skill of one agent as the index sees it.
 *
 * @param terms each term of its text with its weight and the places it stands in
 * @param length sum of all weights
 */
record SkillDocument(AgentRef agent, String skill, Set<String> tags, Map<String, Term> terms, double length) {

    /** Where a term may stand; {@code weight} says how much more a name says than a sentence. */
    enum Place {
        NAME("name", 1.5f, 1),
        TAG("tags", 2.0f, 2),
        DESCRIPTION("description", 1.0f, 4),
        EXAMPLE("examples", 1.0f, 8),
        AGENT("agent's description", 0.5f, 16);

        private final String label;
        private final float weight;
        private final byte bit;

        Place(String label, float weight, int bit) {
            this.label = label;
            this.weight = weight;
            this.bit = (byte) bit;
        }

        boolean isIn(byte places) {
            return (places & bit) != 0;
        }

        String label() {
            return label;
        }
    }

    /** Weight of a term in one document, and the {@link Place}s as bits. */
    record Term(float weight, byte places) {

        Term plus(Place place) {
            return new Term(weight + place.weight, (byte) (places | place.bit));
        }
    }

    static List<SkillDocument> of(AgentRef agent, AgentRegistration registration) {
        AgentRegistration whole = PackedRegistration.whole(registration);
        return whole.getSkills().stream().map(skill -> of(agent, whole, skill)).toList();
    }

    private static SkillDocument of(AgentRef agent, AgentRegistration registration, SkillRecord skill) {
        Map<String, Term> terms = new HashMap<>();
        add(terms, skill.getName(), Place.NAME);
        if (!skill.getId().equalsIgnoreCase(skill.getName())) {
            add(terms, skill.getId(), Place.NAME);
        }
        skill.getTags().forEach(tag -> add(terms, tag, Place.TAG));
        add(terms, skill.getDescription(), Place.DESCRIPTION);
        skill.getExamples().forEach(example -> add(terms, example, Place.EXAMPLE));
        add(terms, registration.getName(), Place.AGENT);
        add(terms, registration.getDescription(), Place.AGENT);
        double length = terms.values().stream().mapToDouble(Term::weight).sum();
        Set<String> tags = new HashSet<>();
        skill.getTags().forEach(tag -> tags.add(tag.toLowerCase(Locale.ROOT)));
        return new SkillDocument(agent, skill.getId(), Set.copyOf(tags), Map.copyOf(terms), length);
    }

    private static void add(Map<String, Term> terms, String text, Place place) {
        for (String word : Words.of(text)) {
            terms.merge(word, new Term(0, (byte) 0).plus(place), (known, one) -> known.plus(place));
        }
    }
}
