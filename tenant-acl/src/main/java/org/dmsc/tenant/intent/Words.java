package org.dmsc.tenant.intent;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Text as terms: cut at everything that is neither letter nor digit and inside {@code camelCase}, lower case, without accents, without
 * words that say nothing, brought to a common stem. The stems are for comparing only, they need not be words.
 */
public final class Words {

    /** A hostile card or request must not cost more than this. */
    private static final int MOST = 2000;

    private static final Set<String> EMPTY = Set.of(
            ("a about also am an and any are as at be been but by can could d did do does find for from get give had has have help how"
                            + " i if in into is it its just let like ll m make me more my need no not of on or our please re s show"
                            + " so some t tell than that the their them then there these they this to us use used using ve want"
                            + " was we were what when where which who will with would you your")
                    .split(" "));

    /** Longest first where one ends with another. */
    private static final List<String> SUFFIXES = List.of(
            "ization", "ational", "ation", "ating", "ated", "ator", "ate", "ment", "ing", "edly", "ed", "er", "ly",
            "ion", "e");

    private static final int SHORTEST_STEM = 3;

    private Words() {}

    /** The terms of a text, in order; at most 2,000. */
    public static List<String> of(String text) {
        List<String> terms = new ArrayList<>();
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKD);
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < plain.length() && terms.size() < MOST; i++) {
            char c = plain.charAt(i);
            if (Character.getType(c) == Character.NON_SPACING_MARK) {
                continue;
            }
            if (!Character.isLetterOrDigit(c) || beginsWord(plain, i)) {
                end(word, terms);
            }
            if (Character.isLetterOrDigit(c)) {
                word.append(c);
            }
        }
        end(word, terms);
        return terms;
    }

    /** All words in order, also those that say nothing by themselves, since pairs of them do; at most {@code most}. */
    static List<String> plain(String text, int most) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int i = 0; i <= text.length() && words.size() < most; i++) {
            if (i < text.length() && Character.isLetterOrDigit(text.charAt(i))) {
                word.append(Character.toLowerCase(text.charAt(i)));
            } else if (word.length() > 0) {
                words.add(stem(word.toString()));
                word.setLength(0);
            }
        }
        return words;
    }

    /** Between {@code aB}, before the last capital of {@code ABc}, between letters and digits, and around each ideograph. */
    private static boolean beginsWord(String text, int at) {
        if (at == 0) {
            return false;
        }
        char before = text.charAt(at - 1);
        char c = text.charAt(at);
        if (Character.isIdeographic(c)
                || Character.isIdeographic(before)
                || Character.isDigit(before) != Character.isDigit(c)) {
            return true;
        }
        if (!Character.isUpperCase(c)) {
            return false;
        }
        boolean lowerNext = at + 1 < text.length() && Character.isLowerCase(text.charAt(at + 1));
        return Character.isLowerCase(before) || (Character.isUpperCase(before) && lowerNext);
    }

    private static void end(StringBuilder word, List<String> terms) {
        if (word.length() > 0) {
            String lower = word.toString().toLowerCase(Locale.ROOT);
            if (!EMPTY.contains(lower)) {
                terms.add(stem(lower));
            }
            word.setLength(0);
        }
    }

    static String stem(String word) {
        String stem = withoutSuffix(singular(word));
        boolean y = stem.length() > SHORTEST_STEM && stem.endsWith("y");
        return y ? stem.substring(0, stem.length() - 1) + "i" : stem;
    }

    private static String singular(String word) {
        if (word.length() > 4 && word.endsWith("ies")) {
            return word.substring(0, word.length() - 3) + "y";
        }
        if (word.length() > 4 && word.endsWith("sses")) {
            return word.substring(0, word.length() - 2);
        }
        boolean plural = word.length() > 3
                && word.endsWith("s")
                && !word.endsWith("ss")
                && !word.endsWith("us")
                && !word.endsWith("is");
        return plural ? word.substring(0, word.length() - 1) : word;
    }

    private static String withoutSuffix(String word) {
        for (String suffix : SUFFIXES) {
            int rest = word.length() - suffix.length();
            if (rest >= SHORTEST_STEM && word.endsWith(suffix)) {
                return withoutDouble(word.substring(0, rest));
            }
        }
        return word;
    }

    /** {@code planning} and {@code plan}. */
    private static String withoutDouble(String stem) {
        int last = stem.length() - 1;
        boolean doubled = last >= SHORTEST_STEM
                && stem.charAt(last) == stem.charAt(last - 1)
                && "lsz".indexOf(stem.charAt(last)) < 0;
        return doubled ? stem.substring(0, last) : stem;
    }
}
