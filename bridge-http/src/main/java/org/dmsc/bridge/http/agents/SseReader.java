package org.dmsc.bridge.http.agents;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Takes a server-sent event stream apart, whatever chunks it comes in: the data of each event, and the id of the newest; comments and other fields are left out. Lines may
 * end with CR, LF or both. Not thread-safe.
 */
final class SseReader {

    private static final String DATA = "data";
    private static final String ID = "id";
    private static final int LONGEST_ID = 256;

    private final int most;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private Optional<String> id = Optional.empty();
    private Optional<String> lastId = Optional.empty();
    private boolean hasData;
    private boolean afterCarriageReturn;

    SseReader(int most) {
        this.most = most;
    }

    /**
     * Reads on.
     *
     * @return the events that are complete now
     * @throws RefusedException INVALID_AGENT_RESPONSE when one is too large
     */
    List<byte[]> read(byte[] chunk) {
        List<byte[]> events = new ArrayList<>();
        for (byte b : chunk) {
            boolean second = afterCarriageReturn && b == '\n';
            afterCarriageReturn = b == '\r';
            if (second) {
                continue;
            }
            if (b == '\n' || b == '\r') {
                endOfLine(events);
            } else {
                line.write(b);
                requireRoom();
            }
        }
        return events;
    }

    /** The id of the newest event that was read: what {@code Last-Event-ID} may name. Empty when the agent gives none. */
    Optional<String> lastId() {
        return lastId;
    }

    private void endOfLine(List<byte[]> events) {
        if (line.size() == 0) {
            if (hasData) {
                events.add(data.toByteArray());
                lastId = id;
            }
            data.reset();
            hasData = false;
            return;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        String value = colon < 0 ? "" : text.substring(colon + (text.startsWith(" ", colon + 1) ? 2 : 1));
        if (name.equals(DATA)) {
            append(value);
        } else if (name.equals(ID)) {
            // It goes into a header: what none can hold is no id.
            id = Optional.of(value)
                    .filter(given ->
                            given.length() <= LONGEST_ID && given.chars().allMatch(c -> c > ' ' && c < 0x7f));
        }
    }

    private void append(String value) {
        if (hasData) {
            data.write('\n');
        }
        data.writeBytes(value.getBytes(StandardCharsets.UTF_8));
        hasData = true;
        requireRoom();
    }

    private void requireRoom() {
        if (line.size() + data.size() > most) {
            throw new RefusedException(
                    Refusal.INVALID_AGENT_RESPONSE,
                    "answer: an event is too large (expected at most " + most + " bytes)");
        }
    }
}
