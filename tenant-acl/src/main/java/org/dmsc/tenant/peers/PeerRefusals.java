package org.dmsc.tenant.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import java.util.Optional;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** A refusal as an answer: {@code {"refusal":"NOT_PERMITTED", "reason":"…"}}. Pure. */
public final class PeerRefusals {

    private static final String REFUSAL = "refusal";
    private static final String REASON = "reason";
    private static final ObjectMapper JSON = new ObjectMapper();

    private PeerRefusals() {}

    /** As it goes over the wire. */
    public static byte[] bytes(RefusedException refused) {
        try {
            return JSON.writeValueAsBytes(JSON.createObjectNode()
                    .put(REFUSAL, refused.refusal().name().toUpperCase(Locale.ROOT))
                    .put(REASON, refused.sentence()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a refusal that cannot be written", e);
        }
    }

    /** The refusal that an answer is; empty when it is none. One that this version does not know is UNAVAILABLE. */
    public static Optional<RefusedException> of(JsonNode answer) {
        if (!answer.has(REFUSAL)) {
            return Optional.empty();
        }
        String code = answer.path(REFUSAL).asText();
        for (Refusal known : Refusal.values()) {
            if (known.name().equals(code)) {
                return Optional.of(new RefusedException(
                        known, Printable.of(answer.path(REASON).asText())));
            }
        }
        return Optional.of(new RefusedException(Refusal.UNAVAILABLE, "the node asked: " + Printable.of(code)));
    }
}
