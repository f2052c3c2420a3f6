package org.dmsc.tenant.mask;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;

/**
 * What becomes of words in text that a pattern finds. The pattern is a tenant's, so its engine is one whose time grows with the text only.
 *
 * @param name for logs and the placeholder of redacted text
 */
public record PatternRule(String name, Pattern pattern, MaskingAction action) {

    private static final int LONGEST = 1_000;

    /** Empty when it is no pattern, is too long, or finds the empty text. */
    public static Optional<Pattern> compile(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            Pattern pattern = Pattern.compile(text);
            return pattern.matcher("").find() ? Optional.empty() : Optional.of(pattern);
        } catch (PatternSyntaxException e) {
            return Optional.empty();
        }
    }
}
