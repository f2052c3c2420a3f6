package org.dmsc.tenant.directory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** One query over one tenant after another. Reasons name no word of the request: they go to the audit log, which is not sealed. */
final class CapabilitySearch {

    private static final double OF_TEXT_WHEN_SKILL_NAMED = 0.1;

    private final Query query;
    private final Set<String> tags;
    private final int words;
    private final TextScores text;

    CapabilitySearch(Query query, int words, TextScores text) {
        this.query = query;
        this.tags = query.tags().stream().map(tag -> tag.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        this.words = words;
        this.text = text;
    }

    void collect(TenantCapabilities tenant, List<Match> found) {
        TextScores.Scored scored = text.of(tenant);
        boolean textAlone = query.skill().isEmpty() && tags.isEmpty();
        for (int slot = 0; slot < tenant.size(); slot++) {
            SkillDocument document = tenant.document(slot);
            if (document == null || (textAlone && scored.words()[slot] == 0) || !fits(document)) {
                continue;
            }
            double score = score(scored.scores()[slot]);
            found.add(new Match(document.agent(), document.skill(), score, why(document, scored, slot)));
        }
    }

    private boolean fits(SkillDocument document) {
        return query.skill().map(document.skill()::equals).orElse(true) && document.tags().containsAll(tags);
    }

    private double score(double covered) {
        if (query.skill().isPresent()) {
            return 1 + OF_TEXT_WHEN_SKILL_NAMED * covered;
        }
        return tags.isEmpty() ? covered : 1 + covered;
    }

    private List<String> why(SkillDocument document, TextScores.Scored scored, int slot) {
        List<String> why = new ArrayList<>();
        if (query.skill().isPresent()) {
            why.add("offers the skill " + document.skill());
        }
        if (!tags.isEmpty()) {
            why.add("has the tags " + String.join(", ", tags.stream().sorted().toList()));
        }
        if (scored.words()[slot] > 0) {
            why.add(scored.words()[slot] + " of " + words + " words of the request are in its " + places(scored.places()[slot]));
        }
        return why;
    }

    private static String places(byte places) {
        return Arrays.stream(SkillDocument.Place.values())
                .filter(place -> (places & 1 << place.ordinal()) != 0)
                .map(SkillDocument.Place::label)
                .collect(Collectors.joining(", "));
    }
}
