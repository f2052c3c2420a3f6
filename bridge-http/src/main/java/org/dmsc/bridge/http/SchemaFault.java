package org.dmsc.bridge.http;

/** What a Confluent-compatible registry answers when it cannot: the first three digits of the code are the HTTP status. */
final class SchemaFault extends RuntimeException {

    static final int NO_SUBJECT = 40401;
    static final int NO_VERSION = 40402;
    static final int NO_SCHEMA = 40403;
    static final int NO_LEVEL = 40408;
    static final int INCOMPATIBLE = 40901;
    static final int BAD_SCHEMA = 42201;
    static final int BAD_VERSION = 42202;
    static final int BAD_LEVEL = 42203;
    static final int NOT_OFFERED = 42205;

    private static final long serialVersionUID = 1L;
    private static final int CODES_PER_STATUS = 100;

    private final int code;

    SchemaFault(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    int code() {
        return code;
    }

    int status() {
        return code / CODES_PER_STATUS;
    }
}
