package org.dmsc.schemas;

/**
 * Why the fabric said no, or why a task failed: stable codes, the same at every edge and in the audit log. How each looks in HTTP,
 * JSON-RPC and MQTT is one table in bridge-core.
 */
public enum Refusal {
    // who
    UNAUTHENTICATED("no valid certificate or token"),
    REVOKED("the certificate or token was revoked"),
    DPOP_BINDING("the token is bound to a key that was not proven, or to none"),
    DPOP_NONCE("the proof of possession needs a nonce of this gateway"),
    DPOP_INVALID("the proof of possession does not hold"),
    IDENTITY_MISMATCH("host, certificate and token do not name the same tenant and agent"),
    NOT_PERMITTED("the caller may not do this"),
    CROSS_TENANT("no grant lets this tenant reach that one"),
    DATA_TAG("a data tag of the task forbids it"),
    SOURCE_FORBIDDEN("the tenant does not let its agents connect from there"),
    HOST_FORBIDDEN("the tenant does not let its agents be called there"),
    TENANT_UNKNOWN("no such tenant"),
    TENANT_INACTIVE("the tenant is suspended or gone"),
    AGENT_UNKNOWN("no such agent"),
    QUOTA_EXCEEDED("a limit of the tenant is reached"),
    RATE_LIMITED("requests come faster than the tenant may send them"),
    // what
    INVALID_TENANT_ID("not a tenant id"),
    INVALID_AGENT_ID("not an agent id"),
    INVALID_REQUEST("the request is not well formed"),
    MALFORMED_JSON("the body is not JSON"),
    UNKNOWN_OPERATION("no such operation"),
    UNSUPPORTED_OPERATION("the operation is not supported here"),
    PUSH_UNSUPPORTED("push notifications are not supported here"),
    UNSUPPORTED_CONTENT_TYPE("the content type is not supported"),
    UNSUPPORTED_VERSION("the protocol version is not supported"),
    EXTENSION_REQUIRED("a required extension was not named"),
    TOO_LARGE("the body is larger than allowed"),
    HEADER_TOO_LARGE("a header is larger than allowed"),
    TASK_UNKNOWN("no such task"),
    TASK_NOT_CANCELABLE("the task has ended"),
    TASK_ENDED("the task has ended and takes no more messages"),
    DUPLICATE("it exists already"),
    CARD_QUARANTINED("the card holds what reads like an instruction to a model; an administrator has to look at it"),
    CARD_UNKNOWN("no such card in quarantine"),
    CARD_NOT_VERIFIED("the card has signatures, and none of them is by a key that counts and holds"),
    CARD_NOT_SIGNED("the card has to be signed, and is not"),
    ADDRESS_NOT_ALLOWED("the fabric may not call this address"),
    FETCH_FAILED("what was to be fetched could not be had"),
    // delegation
    NO_CANDIDATE("no agent that the caller may use offers what is needed"),
    NO_CANDIDATE_UP("agents that fit exist, and none of them is up"),
    AMBIGUOUS("several skills fit about equally well, and the tenant wants no guess"),
    ALL_TRIED("every agent that fits was tried"),
    HOP_LIMIT("the task was delegated too often"),
    LOOP("the task came back to an agent that delegated it"),
    DEADLINE_EXCEEDED("the task's deadline passed"),
    ATTEMPT_TIMED_OUT("the agent did not finish in time"),
    UNDELIVERABLE("the agent could not be reached"),
    AGENT_LOST("the connection to the agent ended before its answer"),
    AGENT_FAILED("the agent reported a failure"),
    INVALID_AGENT_RESPONSE("the agent's answer is not valid A2A"),
    UNCERTAIN("the agent may or may not have done the work"),
    CANCELED("the caller cancelled it"),
    QUEUE_FULL("too many of the tenant's tasks wait for an agent already"),
    RETRY_BUDGET("the tenant's attempts fail more often than it may retry for now"),
    // the fabric itself
    UNREADABLE("a record could not be opened"),
    UNAVAILABLE("a part of the fabric is not available"),
    OVERLOADED("the fabric is busy"),
    NOT_HERE("another process of the fabric answers this"),
    REVOCATIONS_STALE("this gateway cannot hear revocations, so it admits nobody"),
    INVALID_CONFIGURATION("the configuration is not valid"),
    INTERNAL("a fault inside the fabric");

    private final String meaning;

    Refusal(String meaning) {
        this.meaning = meaning;
    }

    /** One clause for people. */
    public String meaning() {
        return meaning;
    }
}
