package org.dmsc.tenant.embed;

import java.util.ArrayList;
import java.util.List;
import org.dmsc.schemas.avro.SkillRecord;

/** A skill in words, as a model of meaning sees it. Pure. */
final class SkillText {

    /** Models cut texts off somewhere, many after some 500 words. */
    private static final int MOST = 2_000;

    private static final int MOST_EXAMPLES = 5;

    private SkillText() {}

    static String of(SkillRecord skill) {
        List<String> parts = new ArrayList<>();
        parts.add(skill.getName());
        parts.add(skill.getDescription());
        parts.add(String.join(", ", skill.getTags()));
        skill.getExamples().stream().limit(MOST_EXAMPLES).forEach(parts::add);
        parts.removeIf(String::isBlank);
        String text = String.join(". ", parts);
        return text.length() <= MOST ? text : text.substring(0, MOST);
    }
}
