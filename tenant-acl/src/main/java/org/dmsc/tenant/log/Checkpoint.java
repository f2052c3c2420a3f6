package org.dmsc.tenant.log;

import java.util.List;

/**
 * What a log signs: which log, and its tree (C2SP tlog-checkpoint). Without extension lines, which we neither write nor take.
 *
 * @param origin names the log for ever
 */
public record Checkpoint(String origin, TreeHead tree) {

    private static final int LINES = 3;

    public Checkpoint {
        NoteKey.requireName(origin);
    }

    /** The text that is signed; ends with a line break. */
    public String text() {
        return origin + "\n" + tree.size() + "\n" + tree.root().base64() + "\n";
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws org.dmsc.schemas.RefusedException UNREADABLE when it is anything else
     */
    public static Checkpoint parse(String text) {
        List<String> lines = List.of(text.split("\n", -1));
        if (lines.size() != LINES + 1 || !lines.get(LINES).isEmpty()) {
            throw Text.unreadable(
                    "checkpoint of " + (lines.size() - 1) + " lines", "origin, size and root, each on a line");
        }
        return new Checkpoint(lines.get(0), new TreeHead(Text.number(lines.get(1)), Hash.parse(lines.get(2))));
    }

    /** The checkpoint in a note, whoever signed it. */
    public static Checkpoint of(SignedNote note) {
        return parse(note.text());
    }
}
