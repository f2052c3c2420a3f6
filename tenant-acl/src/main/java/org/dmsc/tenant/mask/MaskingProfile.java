package org.dmsc.tenant.mask;

import java.util.List;
import org.dmsc.tenant.Enforcement;

/**
 * What becomes of a message.
 *
 * @param fields rules for structured parts; the first that means a field counts
 * @param patterns rules for text: text parts, and texts in structured parts that no field rule dropped
 * @param otherFields fields that no rule means
 * @param texts text parts
 * @param files parts that are files, or references to files: nobody looks into them
 * @param enforcement in a dry run, what is found is counted and said, and nothing is changed
 */
public record MaskingProfile(
        String name,
        List<FieldRule> fields,
        List<PatternRule> patterns,
        Handling otherFields,
        Handling texts,
        Handling files,
        Enforcement enforcement) {

    public MaskingProfile {
        fields = List.copyOf(fields);
        patterns = List.copyOf(patterns);
    }

    /** What becomes of what no rule means. */
    public enum Handling {
        FORWARD,
        WITHHOLD
    }
}
