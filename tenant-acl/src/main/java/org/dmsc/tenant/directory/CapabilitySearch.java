package org.dmsc.tenant.directory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** One query over one tenant after another. Reasons name no word of the request: they go to the audit log, which is not sealed. */
final class CapabilitySearch {

    private static final double OF_TEXT_WHEN_SKILL_NAMED = 0.1;

    static final Comparator<Hit> BEST_FIRST = Comparator.comparingDouble(Hit::score)
            .reversed()
            .thenComparing(hit -> hit.document().agent().tenant())
            .thenComparing(hit -> hit.document().agent().agent())
            .thenComparing(hit -> hit.document().skill());

    private final Query query;
    private final Set<String> tags;
    private final int words;

    CapabilitySearch(Query query, List<String> words) {
        this.query = query;
        this.tags =
                query.tags().stream().map(tag -> tag.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        this.words = words.size();
    }

    /** A document that fits; words and places are what it has in common with the request. */
    record Hit(SkillDocument document, double score, int words, byte places) {}

    void collect(TenantCapabilities tenant, TextScores.Scored scored, List<Hit> hits) {
        boolean textAlone = query.skill().isEmpty() && tags.isEmpty();
        for (int slot = 0; slot < tenant.size(); slot++) {
            SkillDocument document = tenant.document(slot);
            if (document == null || (textAlone && scored.words(slot) == 0) || !fits(document)) {
                continue;
            }
            hits.add(new Hit(document, score(scored.score(slot)), scored.words(slot), scored.places(slot)));
        }
    }

    Match match(Hit hit) {
        return new Match(hit.document().agent(), hit.document().skill(), hit.score(), why(hit));
    }

    private boolean fits(SkillDocument document) {
        return query.skill().map(document.skill()::equals).orElse(true)
                && document.tags().containsAll(tags);
    }

    private double score(double covered) {
        if (query.skill().isPresent()) {
            return 1 + OF_TEXT_WHEN_SKILL_NAMED * covered;
        }
        return tags.isEmpty() ? covered : 1 + covered;
    }

    private List<String> why(Hit hit) {
        List<String> why = new ArrayList<>();
        if (query.skill().isPresent()) {
            why.add("offers the skill " + hit.document().skill());
        }
        if (!tags.isEmpty()) {
            why.add("has the tags " + String.join(", ", tags.stream().sorted().toList()));
        }
        if (hit.words() > 0) {
            why.add(hit.words() + " of " + words + " words of the request are in its " + places(hit.places()));
        }
        return why;
    }

    private static String places(byte places) {
        return Arrays.stream(SkillDocument.Place.values())
                .filter(place -> place.isIn(places))
                .map(SkillDocument.Place::label)
                .collect(Collectors.joining(", "));
    }
}
