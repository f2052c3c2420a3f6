package org.dmsc.bridge.core.ask;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.keys.AuditHmac;

/**
 * Ids that any gateway makes alike (design 14.2, 14.6): a message id that comes again, wherever it lands, names the same task. A keyed hash, so
 * that nobody can compute the id of another's task. Each has the form of a version-4 UUID.
 */
final class TaskIds {

    private static final int VERSION_BYTE = 6;
    private static final int VARIANT_BYTE = 8;

    private final AuditHmac hmac;

    TaskIds(AuditHmac hmac) {
        this.hmac = hmac;
    }

    /** The task that this message of this caller begins. */
    String task(AgentRef caller, String messageId) {
        return derive("task", caller, messageId);
    }

    /** The context of that task, when the caller named none. */
    String context(AgentRef caller, String messageId) {
        return derive("context", caller, messageId);
    }

    /** A requester's own id, in its canonical form. */
    static String requester(String given) {
        try {
            String canonical = UUID.fromString(given).toString();
            if (canonical.equalsIgnoreCase(given)) {
                return canonical;
            }
        } catch (IllegalArgumentException e) {
            // Refused below, with every other form that is not the canonical one.
        }
        throw new RefusedException(
                Refusal.INVALID_REQUEST,
                "task id: '" + Printable.of(given) + "' (expected a UUID such as "
                        + "7c9e6679-7425-40de-944b-e07fc1f90ae7)");
    }

    private String derive(String purpose, AgentRef caller, String messageId) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        part(input, purpose);
        part(input, caller.toString());
        part(input, messageId);
        byte[] hash = Base64.getUrlDecoder().decode(hmac.of(caller.tenant(), input.toByteArray()));
        hash[VERSION_BYTE] = (byte) ((hash[VERSION_BYTE] & 0x0f) | 0x40);
        hash[VARIANT_BYTE] = (byte) ((hash[VARIANT_BYTE] & 0x3f) | 0x80);
        ByteBuffer bits = ByteBuffer.wrap(hash);
        return new UUID(bits.getLong(), bits.getLong()).toString();
    }

    /** Length first, so that no two inputs read the same. */
    private static void part(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        out.writeBytes(bytes);
    }
}
