package org.dmsc.tenant.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import org.dmsc.schemas.Printable;

/**
 * What a gateway promises when it takes a task: that the log of that origin has an event of the task by then. Signed as a note, it proves the
 * omission where the log has none.
 *
 * @param origin of the log
 * @param accepted when the task was safe, by the gateway's clock, in whole milliseconds
 * @param by when it is in the log at the latest
 */
public record Receipt(String origin, String taskId, Instant accepted, Instant by) {

    /** The longest time between an event and its place in the log: the promise that the fabric makes. */
    public static final Duration WITHIN = Duration.ofSeconds(5);

    private static final String FORMAT = "dmsc-receipt/v1";
    private static final int LINES = 5;
    private static final String TASK = "task ";
    private static final String ACCEPTED = "accepted ";
    private static final String BY = "by ";

    public Receipt {
        NoteKey.requireName(origin);
        if (taskId.isEmpty() || taskId.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw Text.unreadable("task '" + Printable.of(taskId) + "'", "an id without spaces");
        }
    }

    /** The promise for a task that is taken now. */
    public static Receipt now(String origin, String taskId, Instant now) {
        return new Receipt(origin, taskId, now, now.plus(WITHIN));
    }

    /** As it is handed to callers: Base64 for URLs, without padding, of a signed note. */
    public String signed(List<NoteSigner> signers) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(SignedNote.sign(text(), signers).bytes());
    }

    /** The text that is signed. */
    String text() {
        return String.join("\n", FORMAT, origin, TASK + taskId, ACCEPTED + accepted, BY + by) + "\n";
    }

    /**
     * The note that a caller was handed; not verified yet.
     *
     * @throws org.dmsc.schemas.RefusedException UNREADABLE when it is none
     */
    public static SignedNote note(String handed) {
        try {
            return SignedNote.parse(Base64.getUrlDecoder().decode(handed.strip()));
        } catch (IllegalArgumentException e) {
            // Somebody may have decoded it already.
            return SignedNote.parse(handed.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * The receipt in a note, whoever signed it.
     *
     * @throws org.dmsc.schemas.RefusedException UNREADABLE when it is anything else
     */
    public static Receipt of(SignedNote note) {
        String[] lines = note.text().split("\n", -1);
        if (lines.length != LINES + 1 || !lines[0].equals(FORMAT)) {
            throw Text.unreadable("note that begins with '" + Printable.of(lines[0]) + "'", FORMAT + " and four lines");
        }
        try {
            return new Receipt(
                    lines[1],
                    after(TASK, lines[2]),
                    Instant.parse(after(ACCEPTED, lines[3])),
                    Instant.parse(after(BY, lines[LINES - 1])));
        } catch (DateTimeParseException e) {
            throw Text.unreadable("time '" + Printable.of(e.getParsedString()) + "'", "ISO 8601");
        }
    }

    private static String after(String name, String line) {
        if (!line.startsWith(name)) {
            throw Text.unreadable("line '" + Printable.of(line) + "'", name + "…");
        }
        return line.substring(name.length());
    }
}
