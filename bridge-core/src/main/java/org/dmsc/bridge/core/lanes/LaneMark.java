package org.dmsc.bridge.core.lanes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is committed with the offset of an inbox partition, so that the next owner knows what happened behind it.
 *
 * <pre>
 *   offset of the commit = the first record that has not ended
 *   held|left  next - offset  gap gap …      numbers in base 36
 *      held: an owner was at work when it wrote this;  left: it had stopped and handed over
 *      next: the first record it had not touched
 *      gaps: from each record that has not ended to the following one; all others before next have ended
 * </pre>
 *
 * @param open offsets below {@code next} that had not ended, ascending; the first is the committed offset
 */
record LaneMark(Tenure tenure, long next, List<Long> open) {

    /** Brokers refuse more than 4096 bytes ({@code offset.metadata.max.bytes}). */
    private static final int MOST_CHARACTERS = 3500;

    private static final int RADIX = Character.MAX_RADIX;

    /** Whether the writer was still at work. */
    enum Tenure {
        HELD,
        LEFT
    }

    LaneMark {
        open = List.copyOf(open);
    }

    /** The offset to commit. */
    long offset() {
        return open.isEmpty() ? next : open.get(0);
    }

    /** The same place, left for good. */
    LaneMark left() {
        return new LaneMark(Tenure.LEFT, next, open);
    }

    /**
     * Metadata for the commit. When too much is open to be told, {@code next} is drawn in to the first record left out: the next owner then
     * takes for uncertain what is in truth done, never the other way round.
     */
    String text() {
        StringBuilder gaps = new StringBuilder();
        long told = offset();
        long known = next;
        for (int i = 1; i < open.size(); i++) {
            String gap = Long.toString(open.get(i) - told, RADIX);
            if (gaps.length() + gap.length() > MOST_CHARACTERS) {
                known = open.get(i);
                break;
            }
            gaps.append(' ').append(gap);
            told = open.get(i);
        }
        Tenure tenureTold = known == next ? tenure : Tenure.HELD;
        return tenureTold.name().toLowerCase(java.util.Locale.ROOT) + " " + Long.toString(known - offset(), RADIX)
                + gaps;
    }

    /** Reads what {@link #text} wrote; empty for anything else, also for what other tools commit. */
    static Optional<LaneMark> parse(long offset, String text) {
        String[] words = text.split(" ", -1);
        if (words.length < 2 || !(words[0].equals("held") || words[0].equals("left"))) {
            return Optional.empty();
        }
        try {
            long next = offset + Long.parseLong(words[1], RADIX);
            List<Long> open = new ArrayList<>();
            if (next > offset) {
                open.add(offset);
            }
            for (int i = 2; i < words.length; i++) {
                open.add(open.get(open.size() - 1) + Long.parseLong(words[i], RADIX));
            }
            return Optional.of(new LaneMark(words[0].equals("held") ? Tenure.HELD : Tenure.LEFT, next, open));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
