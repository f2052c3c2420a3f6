package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumMap;
import java.util.Map;
import org.dmsc.schemas.Refusal;

/**
 * The one table from {@link Refusal} to what each protocol says (A2A 1.0.1 profile). Codes -32001 to -32009 are A2A's; the fabric's own are
 * -31001 and below, outside of what JSON-RPC and A2A reserve. {@code reason} in the ErrorInfo is stable: clients key on it.
 */
public final class Errors {

    private static final String FABRIC_DOMAIN = "dmsc.org";
    private static final int INVALID_JSON_RPC = -32600;

    /**
     * The answer for every agent that is not there or not for this caller: one text, so that nothing tells the two apart (contract: do not
     * reveal existence).
     */
    private static final String HIDDEN =
            "agent: no agent of that name that this caller may use (expected a registered agent of the caller's"
                    + " own tenant, or one that a grant covers)";

    private static final Map<Refusal, Shape> TABLE = table();

    private Errors() {}

    /**
     * How one refusal looks at the edges.
     *
     * @param status gRPC status name, also AIP-193's in HTTP+JSON
     * @param mqtt MQTT 5 reason code
     */
    public record Shape(int jsonRpcCode, String reason, int httpStatus, String status, int mqtt) {

        /** One of the nine errors that A2A itself names. */
        public boolean ofA2a() {
            return jsonRpcCode <= -32001 && jsonRpcCode >= -32099;
        }

        /** Who defines the reason, as ErrorInfo says it. */
        public String domain() {
            return ofA2a() ? A2A_DOMAIN : FABRIC_DOMAIN;
        }

        private static final String A2A_DOMAIN = "a2a-protocol.org";
    }

    /** The row of a refusal. */
    public static Shape shape(Refusal refusal) {
        Shape shape = TABLE.get(refusal);
        if (shape == null) {
            throw new IllegalStateException("no row for " + refusal);
        }
        return shape;
    }

    /** The row of a refusal as a profile has it: code and reason are always the same. */
    public static Shape shape(Refusal refusal, ErrorProfile profile) {
        return profile.adapt(shape(refusal));
    }

    /** What may be said to a caller: the sentence, except where it would tell that something exists. */
    public static String visible(Refusal refusal, String sentence) {
        return refusal == Refusal.CROSS_TENANT || refusal == Refusal.AGENT_UNKNOWN ? HIDDEN : sentence;
    }

    /** A JSON-RPC error response. */
    public static ObjectNode jsonRpc(JsonNode id, Refusal refusal, String sentence) {
        Shape shape = shape(refusal);
        return jsonRpc(id, shape.jsonRpcCode(), visible(refusal, sentence), details(shape));
    }

    /** A JSON-RPC error response for something that is not a request at all. */
    static ObjectNode invalidJsonRpc(JsonNode id, String sentence) {
        return jsonRpc(id, INVALID_JSON_RPC, sentence, details(shape(Refusal.INVALID_REQUEST)));
    }

    /** The body of an HTTP+JSON error (AIP-193). */
    public static ObjectNode http(Refusal refusal, String sentence) {
        return http(refusal, sentence, ErrorProfile.V1_0_1);
    }

    /** The same as a profile has it. */
    public static ObjectNode http(Refusal refusal, String sentence, ErrorProfile profile) {
        Shape shape = shape(refusal, profile);
        ObjectNode body = A2aJson.object();
        ObjectNode error = body.putObject("error");
        error.put("code", shape.httpStatus());
        error.put("status", shape.status());
        error.put("message", visible(refusal, sentence));
        error.set("details", details(shape));
        return body;
    }

    private static ObjectNode jsonRpc(JsonNode id, int code, String sentence, ArrayNode details) {
        ObjectNode response = JsonRpc.envelope(id);
        ObjectNode error = response.putObject("error");
        error.put("code", code);
        error.put("message", sentence);
        error.set("data", details);
        return response;
    }

    private static ArrayNode details(Shape shape) {
        ArrayNode details = A2aJson.array();
        ObjectNode info = details.addObject();
        info.put("@type", "type.googleapis.com/google.rpc.ErrorInfo");
        info.put("reason", shape.reason());
        info.put("domain", shape.domain());
        return details;
    }

    private static Map<Refusal, Shape> table() {
        Map<Refusal, Shape> table = new EnumMap<>(Refusal.class);
        a2a(table);
        requests(table);
        callers(table);
        tasks(table);
        fabric(table);
        return table;
    }

    private static void a2a(Map<Refusal, Shape> table) {
        put(table, Refusal.TASK_UNKNOWN, new Shape(-32001, "TASK_NOT_FOUND", 404, "NOT_FOUND", 0x83));
        put(table, Refusal.TASK_NOT_CANCELABLE, failed(-32002, "TASK_NOT_CANCELABLE"));
        put(table, Refusal.PUSH_UNSUPPORTED, failed(-32003, "PUSH_NOTIFICATION_NOT_SUPPORTED"));
        put(table, Refusal.UNSUPPORTED_OPERATION, failed(-32004, "UNSUPPORTED_OPERATION"));
        put(table, Refusal.TASK_ENDED, failed(-32004, "UNSUPPORTED_OPERATION"));
        put(
                table,
                Refusal.UNSUPPORTED_CONTENT_TYPE,
                new Shape(-32005, "CONTENT_TYPE_NOT_SUPPORTED", 400, "INVALID_ARGUMENT", 0x99));
        put(table, Refusal.INVALID_AGENT_RESPONSE, new Shape(-32006, "INVALID_AGENT_RESPONSE", 500, "INTERNAL", 0x83));
        put(table, Refusal.EXTENSION_REQUIRED, failed(-32008, "EXTENSION_SUPPORT_REQUIRED"));
        put(table, Refusal.UNSUPPORTED_VERSION, failed(-32009, "VERSION_NOT_SUPPORTED"));
    }

    private static void requests(Map<Refusal, Shape> table) {
        put(table, Refusal.MALFORMED_JSON, new Shape(-32700, "MALFORMED_JSON", 400, "INVALID_ARGUMENT", 0x99));
        put(table, Refusal.UNKNOWN_OPERATION, new Shape(-32601, "UNKNOWN_OPERATION", 404, "UNIMPLEMENTED", 0x83));
        for (Refusal refusal : new Refusal[] {
            Refusal.INVALID_REQUEST, Refusal.INVALID_TENANT_ID, Refusal.INVALID_AGENT_ID, Refusal.INVALID_CONFIGURATION
        }) {
            put(table, refusal, new Shape(-32602, refusal.name(), 400, "INVALID_ARGUMENT", 0x99));
        }
        put(table, Refusal.HEADER_TOO_LARGE, new Shape(-31016, "HEADER_TOO_LARGE", 431, "INVALID_ARGUMENT", 0x95));
        put(table, Refusal.TOO_LARGE, new Shape(-31013, "TOO_LARGE", 413, "INVALID_ARGUMENT", 0x95));
        put(
                table,
                Refusal.ADDRESS_NOT_ALLOWED,
                new Shape(-31014, "ADDRESS_NOT_ALLOWED", 400, "INVALID_ARGUMENT", 0x87));
        put(table, Refusal.FETCH_FAILED, new Shape(-31015, "FETCH_FAILED", 502, "UNAVAILABLE", 0x83));
        for (Refusal refusal :
                new Refusal[] {Refusal.CARD_QUARANTINED, Refusal.CARD_NOT_VERIFIED, Refusal.CARD_NOT_SIGNED}) {
            put(table, refusal, new Shape(-31017, refusal.name(), 400, "FAILED_PRECONDITION", 0x87));
        }
        put(table, Refusal.CARD_UNKNOWN, new Shape(-31017, "CARD_UNKNOWN", 404, "NOT_FOUND", 0x83));
        put(table, Refusal.DUPLICATE, new Shape(-31009, "DUPLICATE", 409, "ALREADY_EXISTS", 0x83));
    }

    private static void callers(Map<Refusal, Shape> table) {
        put(table, Refusal.UNAUTHENTICATED, new Shape(-31001, "UNAUTHENTICATED", 401, "UNAUTHENTICATED", 0x87));
        for (Refusal refusal : new Refusal[] {Refusal.DPOP_BINDING, Refusal.DPOP_NONCE, Refusal.DPOP_INVALID}) {
            put(table, refusal, new Shape(-31001, refusal.name(), 401, "UNAUTHENTICATED", 0x87));
        }
        put(table, Refusal.REVOKED, new Shape(-31007, "REVOKED", 401, "UNAUTHENTICATED", 0x87));
        put(table, Refusal.IDENTITY_MISMATCH, new Shape(-31002, "IDENTITY_MISMATCH", 421, "UNAUTHENTICATED", 0x87));
        put(table, Refusal.NOT_PERMITTED, new Shape(-31003, "NOT_PERMITTED", 403, "PERMISSION_DENIED", 0x87));
        for (Refusal refusal : new Refusal[] {Refusal.DATA_TAG, Refusal.SOURCE_FORBIDDEN, Refusal.HOST_FORBIDDEN}) {
            put(table, refusal, new Shape(-31003, refusal.name(), 403, "PERMISSION_DENIED", 0x87));
        }
        put(table, Refusal.TENANT_INACTIVE, new Shape(-31005, "TENANT_INACTIVE", 403, "PERMISSION_DENIED", 0x87));
        put(table, Refusal.TENANT_UNKNOWN, new Shape(-31006, "TENANT_UNKNOWN", 404, "NOT_FOUND", 0x87));
        // The same row on purpose, see HIDDEN.
        put(table, Refusal.AGENT_UNKNOWN, new Shape(-31004, "AGENT_UNKNOWN", 404, "NOT_FOUND", 0x87));
        put(table, Refusal.CROSS_TENANT, new Shape(-31004, "AGENT_UNKNOWN", 404, "NOT_FOUND", 0x87));
        put(table, Refusal.QUOTA_EXCEEDED, new Shape(-31029, "QUOTA_EXCEEDED", 429, "RESOURCE_EXHAUSTED", 0x97));
        put(table, Refusal.RATE_LIMITED, new Shape(-31028, "RATE_LIMITED", 429, "RESOURCE_EXHAUSTED", 0x97));
        for (Refusal refusal : new Refusal[] {Refusal.OVERLOADED, Refusal.QUEUE_FULL, Refusal.RETRY_BUDGET}) {
            put(table, refusal, new Shape(-31030, refusal.name(), 429, "RESOURCE_EXHAUSTED", 0x97));
        }
    }

    /** Reasons why a task failed; as errors they only appear where no task can carry them. */
    private static void tasks(Map<Refusal, Shape> table) {
        for (Refusal refusal : new Refusal[] {
            Refusal.NO_CANDIDATE,
            Refusal.NO_CANDIDATE_UP,
            Refusal.AMBIGUOUS,
            Refusal.ALL_TRIED,
            Refusal.HOP_LIMIT,
            Refusal.LOOP,
            Refusal.CANCELED
        }) {
            put(table, refusal, new Shape(-31040, refusal.name(), 400, "FAILED_PRECONDITION", 0x83));
        }
        for (Refusal refusal : new Refusal[] {Refusal.DEADLINE_EXCEEDED, Refusal.ATTEMPT_TIMED_OUT}) {
            put(table, refusal, new Shape(-31041, refusal.name(), 504, "DEADLINE_EXCEEDED", 0x83));
        }
        for (Refusal refusal :
                new Refusal[] {Refusal.UNDELIVERABLE, Refusal.AGENT_LOST, Refusal.AGENT_FAILED, Refusal.UNCERTAIN}) {
            put(table, refusal, new Shape(-31042, refusal.name(), 502, "UNAVAILABLE", 0x83));
        }
    }

    private static void fabric(Map<Refusal, Shape> table) {
        put(table, Refusal.UNAVAILABLE, new Shape(-31050, "UNAVAILABLE", 503, "UNAVAILABLE", 0x88));
        put(table, Refusal.REVOCATIONS_STALE, new Shape(-31051, "REVOCATIONS_STALE", 503, "UNAVAILABLE", 0x88));
        put(table, Refusal.NOT_HERE, new Shape(-31052, "NOT_HERE", 421, "FAILED_PRECONDITION", 0x83));
        put(table, Refusal.UNREADABLE, new Shape(-32603, "UNREADABLE", 500, "INTERNAL", 0x80));
        put(table, Refusal.INTERNAL, new Shape(-32603, "INTERNAL", 500, "INTERNAL", 0x80));
    }

    private static Shape failed(int code, String reason) {
        return new Shape(code, reason, 400, "FAILED_PRECONDITION", 0x83);
    }

    private static void put(Map<Refusal, Shape> table, Refusal refusal, Shape shape) {
        table.put(refusal, shape);
    }
}
