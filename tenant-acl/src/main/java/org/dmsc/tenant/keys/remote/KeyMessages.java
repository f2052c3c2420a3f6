package org.dmsc.tenant.keys.remote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.keys.KeyClass;

/**
 * What goes between a process and the keys node: one JSON object each way.
 *
 * <pre>
 *   {"do":"make",   "tenant":"acme", "class":"routing"}                          {"keyId":"acme/routing/1", "key":"…", "wrapped":"…"}
 *   {"do":"unwrap", "tenant":"acme", "keyId":"acme/payload/1", "wrapped":"…"}    {"key":"…"}
 *   {"do":"audit",  "tenant":"acme"}                                             {"key":"…"}
 *                                                                                {"refusal":"NOT_PERMITTED", "reason":"…"}
 * </pre>
 */
final class KeyMessages {

    /** Where it is posted. */
    static final String PATH = "/v1/keys";

    static final String MAKE = "make";
    static final String UNWRAP = "unwrap";
    static final String AUDIT = "audit";
    static final String DO = "do";
    static final String TENANT = "tenant";
    static final String CLASS = "class";
    static final String KEY_ID = "keyId";
    static final String KEY = "key";
    static final String WRAPPED = "wrapped";

    /** Longest question or answer, in bytes. */
    static final int MOST_BYTES = 8 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(2)
                    .maxStringLength(MOST_BYTES)
                    .build())
            .build());

    private KeyMessages() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static byte[] bytes(ObjectNode message) {
        try {
            return JSON.writeValueAsBytes(message);
        } catch (IOException e) {
            throw new IllegalStateException("a message that cannot be written", e);
        }
    }

    /** A message as it came; INVALID_REQUEST when it is none. */
    static JsonNode read(byte[] bytes) {
        try {
            JsonNode read = bytes.length > MOST_BYTES ? JSON.nullNode() : JSON.readTree(bytes);
            if (read instanceof ObjectNode) {
                return read;
            }
            throw invalid("no object of at most " + MOST_BYTES + " bytes");
        } catch (IOException e) {
            // Its text may be a part of a key.
            throw invalid("no JSON");
        }
    }

    static String text(JsonNode message, String name) {
        JsonNode value = message.path(name);
        if (!value.isTextual()) {
            throw invalid("without " + name);
        }
        return value.textValue();
    }

    static byte[] binary(JsonNode message, String name) {
        try {
            return Base64.getDecoder().decode(text(message, name));
        } catch (IllegalArgumentException e) {
            throw invalid(name + " is not base64");
        }
    }

    static void put(ObjectNode message, String name, byte[] value) {
        message.put(name, Base64.getEncoder().encodeToString(value));
    }

    static void put(ObjectNode message, String name, ByteBuffer value) {
        byte[] copy = new byte[value.remaining()];
        value.duplicate().get(copy);
        put(message, name, copy);
    }

    static KeyClass keyClass(JsonNode message) {
        String label = text(message, CLASS);
        for (KeyClass known : KeyClass.values()) {
            if (known.label().equals(label)) {
                return known;
            }
        }
        throw invalid("class '" + Printable.of(label) + "'");
    }

    static SecretKey key(JsonNode message, String algorithm) {
        byte[] bytes = binary(message, KEY);
        SecretKey key = new SecretKeySpec(bytes, algorithm);
        java.util.Arrays.fill(bytes, (byte) 0);
        return key;
    }

    private static RefusedException invalid(String what) {
        return new RefusedException(Refusal.INVALID_REQUEST, "message about keys: " + what);
    }
}
