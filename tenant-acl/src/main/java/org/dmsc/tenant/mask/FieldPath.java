package org.dmsc.tenant.mask;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which fields of a structured part a rule means, in a small part of JSONPath: {@code $.a.b}, {@code $.items[*].name}, {@code $.a.*},
 * {@code $..email} for a name at any depth. Elements of arrays need no step of their own: {@code $.items.name} means the names of all items.
 *
 * @param text as it was written
 */
public record FieldPath(String text, List<Step> steps) {

    private static final Pattern STEP = Pattern.compile("(\\.\\.|\\.)(\\*|[\\p{L}\\p{N}_@$-]{1,128})(\\[\\*])*");
    private static final int MOST_STEPS = 16;

    public FieldPath {
        steps = List.copyOf(steps);
    }

    /**
     * One step down.
     *
     * @param name of the field; {@code *} for any
     */
    record Step(Reach reach, String name) {

        boolean takes(String field) {
            return name.equals("*") || name.equals(field);
        }
    }

    /** How far a step may reach. */
    enum Reach {
        CHILD,
        ANY_DEPTH
    }

    /** Empty when it is no such path. */
    public static Optional<FieldPath> parse(String text) {
        if (!text.startsWith("$")) {
            return Optional.empty();
        }
        List<Step> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(text).region(1, text.length());
        while (matcher.lookingAt()) {
            Reach reach = matcher.group(1).equals("..") ? Reach.ANY_DEPTH : Reach.CHILD;
            steps.add(new Step(reach, matcher.group(2)));
            matcher.region(matcher.end(), text.length());
        }
        boolean whole = matcher.regionStart() == text.length();
        return whole && !steps.isEmpty() && steps.size() <= MOST_STEPS
                ? Optional.of(new FieldPath(text, steps))
                : Optional.empty();
    }

    /** Whether it means the field at the end of this chain of names, array elements left out. */
    boolean matches(List<String> names) {
        return matches(names, 0, 0);
    }

    private boolean matches(List<String> names, int name, int step) {
        if (step == steps.size()) {
            return name == names.size();
        }
        if (name == names.size()) {
            return false;
        }
        Step next = steps.get(step);
        if (next.takes(names.get(name)) && matches(names, name + 1, step + 1)) {
            return true;
        }
        return next.reach() == Reach.ANY_DEPTH && matches(names, name + 1, step);
    }

    @Override
    public String toString() {
        return text;
    }
}
