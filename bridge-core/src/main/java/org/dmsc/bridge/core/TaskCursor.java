package org.dmsc.bridge.core;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A place in a caller's list of tasks, which is ordered by the time of their status, newest first, then by id. It opens nothing: whoever makes
 * one up gets to another place of its own list.
 *
 * @param statusAt milliseconds since the epoch
 */
public record TaskCursor(long statusAt, String taskId) {

    private static final Pattern SHAPE = Pattern.compile("([0-9]{1,18})~([A-Za-z0-9._-]{1,64})");

    /** For an A2A {@code pageToken}. */
    public String token() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((statusAt + "~" + taskId).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads what {@link #token} wrote.
     *
     * @throws RefusedException INVALID_REQUEST for anything else
     */
    public static TaskCursor of(String token) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            Matcher matcher = SHAPE.matcher(text);
            if (matcher.matches()) {
                return new TaskCursor(Long.parseLong(matcher.group(1)), matcher.group(2));
            }
        } catch (IllegalArgumentException e) {
            throw unknown(token);
        }
        throw unknown(token);
    }

    private static RefusedException unknown(String token) {
        return new RefusedException(
                Refusal.INVALID_REQUEST,
                "page token: '" + Printable.of(token) + "' (expected the nextPageToken of the page before, unchanged)");
    }
}
