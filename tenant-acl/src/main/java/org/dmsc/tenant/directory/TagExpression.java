package org.dmsc.tenant.directory;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A condition on tags, such as {@code billing && !eu || x}: {@code !} binds closest, then {@code &&}, then {@code ||}; parentheses group.
 * Case of tags does not matter.
 *
 * <pre>
 *   or  = and { "||" and }      and = not { "&&" not }      not = "!" not | "(" or ")" | tag
 * </pre>
 */
public sealed interface TagExpression {

    /** Characters of an expression. */
    int LONGEST = 1_000;

    /** Whether it is true of a skill with these tags, which are in lower case. */
    boolean matches(Set<String> tags);

    /** The skill has the tag. */
    record Tag(String name) implements TagExpression {
        @Override
        public boolean matches(Set<String> tags) {
            return tags.contains(name);
        }
    }

    /** The other is not true. */
    record Not(TagExpression other) implements TagExpression {
        @Override
        public boolean matches(Set<String> tags) {
            return !other.matches(tags);
        }
    }

    /** Both are true. */
    record And(TagExpression one, TagExpression two) implements TagExpression {
        @Override
        public boolean matches(Set<String> tags) {
            return one.matches(tags) && two.matches(tags);
        }
    }

    /** At least one is true. */
    record Or(TagExpression one, TagExpression two) implements TagExpression {
        @Override
        public boolean matches(Set<String> tags) {
            return one.matches(tags) || two.matches(tags);
        }
    }

    /**
     * Reads an expression.
     *
     * @throws RefusedException INVALID_REQUEST with the place where it is wrong
     */
    static TagExpression parse(String text) {
        if (text.length() > LONGEST) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "tags: has " + text.length() + " characters (expected at most " + LONGEST + ")");
        }
        Parser parser = new Parser(text);
        TagExpression whole = parser.or(0);
        if (!parser.token.isEmpty()) {
            throw parser.fault("&&, || or the end");
        }
        return whole;
    }

    /** One token ahead. */
    final class Parser {

        /** Deeper ones are not for people, and would end the thread's stack. */
        private static final int DEEPEST = 50;

        private static final Pattern TOKEN = Pattern.compile("\\s*(&&|\\|\\||!|\\(|\\)|[^\\s&|!()]+|[&|])");
        private static final List<String> SIGNS = List.of("&&", "||", "(", ")", "&", "|", "");

        private final String text;
        private final Matcher tokens;
        private String token = "";
        private int at;

        private Parser(String text) {
            this.text = text;
            this.tokens = TOKEN.matcher(text);
            next();
        }

        private TagExpression or(int depth) {
            TagExpression left = and(depth);
            while (token.equals("||")) {
                next();
                left = new Or(left, and(depth));
            }
            return left;
        }

        private TagExpression and(int depth) {
            TagExpression left = not(depth);
            while (token.equals("&&")) {
                next();
                left = new And(left, not(depth));
            }
            return left;
        }

        private TagExpression not(int depth) {
            if (depth > DEEPEST) {
                throw fault("at most " + DEEPEST + " levels");
            }
            if (token.equals("!")) {
                next();
                return new Not(not(depth + 1));
            }
            if (token.equals("(")) {
                next();
                TagExpression inner = or(depth + 1);
                if (!token.equals(")")) {
                    throw fault(")");
                }
                next();
                return inner;
            }
            if (SIGNS.contains(token)) {
                throw fault("a tag, ! or (");
            }
            String name = token.toLowerCase(Locale.ROOT);
            next();
            return new Tag(name);
        }

        private void next() {
            if (tokens.find()) {
                token = tokens.group(1);
                at = tokens.start(1);
            } else {
                token = "";
                at = text.length();
            }
        }

        private RefusedException fault(String expected) {
            return new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "tags: '" + Printable.of(text) + "' at character " + (at + 1) + " (expected " + expected
                            + "; for example billing && !eu || internal)");
        }
    }
}
