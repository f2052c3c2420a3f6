package org.dmsc.bridge.http.agents;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Takes a server-sent event stream apart, whatever chunks it comes in: the data of each event, comments and other fields left out. Lines may
 * end with CR, LF or both. Not thread-safe.
 */
final class SseReader {

    private static final String DATA = "data";

    private final int most;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
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

    private void endOfLine(List<byte[]> events) {
        if (line.size() == 0) {
            if (hasData) {
                events.add(data.toByteArray());
            }
            data.reset();
            hasData = false;
            return;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        int colon = text.indexOf(':');
        if ((colon < 0 ? text : text.substring(0, colon)).equals(DATA)) {
            String value = colon < 0 ? "" : text.substring(colon + 1);
            append(value.startsWith(" ") ? value.substring(1) : value);
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
