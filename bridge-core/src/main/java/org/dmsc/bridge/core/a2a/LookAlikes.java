package org.dmsc.bridge.core.a2a;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Ids that look like other ids: whoever grants or asks for {@code refund} must not get another tenant's {@code refund} with a Cyrillic letter
 * in it. After Unicode TR 39: one script for each id, no compatibility forms, nothing invisible, and none written wholly in foreign letters
 * that look Latin. Pure.
 */
final class LookAlikes {

    /** Cyrillic, Greek and Armenian small letters that most fonts draw as Latin ones; capitals are looked at in lower case. */
    private static final String LATIN_LOOKING =
            "\u0430\u0431\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d\u04bb\u04cf\u0433\u043a\u043c\u0442\u0432\u043d"
                    + "\u03b1\u03bf\u03bd\u03c1\u03b9\u03ba\u03c5\u03c7\u03b3\u03c4\u03b5\u03b7\u03bc\u03b6\u03b2\u0585\u057d\u0570";

    /** Written together in one language. */
    private static final Set<UnicodeScript> EAST_ASIAN = EnumSet.of(
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.HANGUL,
            UnicodeScript.BOPOMOFO);

    private LookAlikes() {}

    /** What is wrong with an id, as the end of a sentence; empty for one that looks like itself only. */
    static Optional<String> fault(String id) {
        if (id.codePoints().anyMatch(LookAlikes::isInvisible)) {
            return Optional.of("has invisible characters");
        }
        if (!Normalizer.isNormalized(id, Normalizer.Form.NFKC)) {
            return Optional.of("has characters that stand for others");
        }
        Set<UnicodeScript> scripts = EnumSet.noneOf(UnicodeScript.class);
        id.codePoints().mapToObj(UnicodeScript::of).forEach(scripts::add);
        scripts.remove(UnicodeScript.COMMON);
        scripts.remove(UnicodeScript.INHERITED);
        if (scripts.size() > 1 && !EAST_ASIAN.containsAll(scripts)) {
            return Optional.of("mixes letters of " + scripts);
        }
        boolean looksLatin = !scripts.contains(UnicodeScript.LATIN)
                && id.codePoints().anyMatch(Character::isLetter)
                && id.codePoints()
                        .filter(Character::isLetter)
                        .map(Character::toLowerCase)
                        .allMatch(letter -> LATIN_LOOKING.indexOf(letter) >= 0);
        return looksLatin ? Optional.of("is written in letters that look Latin and are not") : Optional.empty();
    }

    private static boolean isInvisible(int character) {
        int type = Character.getType(character);
        return type == Character.FORMAT
                || type == Character.PRIVATE_USE
                || type == Character.SURROGATE
                || type == Character.UNASSIGNED
                || (Character.isWhitespace(character) && character != ' ')
                || (Character.isSpaceChar(character) && character != ' ');
    }
}
