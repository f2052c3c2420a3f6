package org.dmsc.tenant.mask;

import com.google.re2j.Matcher;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Pattern;

/** Masks texts and single values. Pure but for the pseudonyms' key. */
final class TextMask {

    static final String REDACTED = "[redacted]";

    private static final Pattern DATE = Pattern.compile("(\\d{4}-\\d{2})-\\d{2}([T ].*)?");
    private static final Pattern ADDRESS = Pattern.compile("[^@\\s]+@([^@\\s]+)");
    private static final MathContext ONE_DIGIT = new MathContext(1, RoundingMode.DOWN);

    private final List<PatternRule> patterns;
    private final Pseudonyms pseudonyms;

    TextMask(List<PatternRule> patterns, Pseudonyms pseudonyms) {
        this.patterns = patterns;
        this.pseudonyms = pseudonyms;
    }

    /** The text with everything that a pattern finds changed. */
    String scan(String text) {
        String scanned = text;
        for (PatternRule rule : patterns) {
            scanned = scan(rule, scanned);
        }
        return scanned;
    }

    private String scan(PatternRule rule, String text) {
        Matcher matcher = rule.pattern().matcher(text);
        StringBuilder out = new StringBuilder(text.length());
        int copied = 0;
        while (matcher.find()) {
            out.append(text.substring(copied, matcher.start())).append(found(rule, matcher.group()));
            copied = matcher.end();
        }
        return copied == 0 ? text : out.append(text.substring(copied)).toString();
    }

    private String found(PatternRule rule, String words) {
        switch (rule.action()) {
            case KEEP:
                return words;
            case DROP:
                return "";
            case REDACT:
                return "[" + rule.name() + "]";
            case PSEUDONYMISE:
                return pseudonyms.of(words);
            case GENERALISE:
                return general(words);
        }
        throw new IllegalStateException("unknown action: " + rule.action());
    }

    String pseudonym(String value) {
        return pseudonyms.of(value);
    }

    static BigDecimal general(BigDecimal number) {
        return number.round(ONE_DIGIT);
    }

    static String general(String text) {
        java.util.regex.Matcher date = DATE.matcher(text);
        if (date.matches()) {
            return date.group(1);
        }
        java.util.regex.Matcher address = ADDRESS.matcher(text);
        if (address.matches()) {
            return "*@" + address.group(1);
        }
        return text.isEmpty() ? text : text.substring(0, text.offsetByCodePoints(0, 1)) + "…";
    }
}
