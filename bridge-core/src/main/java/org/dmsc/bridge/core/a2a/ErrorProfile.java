package org.dmsc.bridge.core.a2a;

import org.dmsc.bridge.core.a2a.Errors.Shape;

/**
 * Which edition of A2A 1.0 a listener follows where the two differ: HTTP and gRPC statuses of six errors (contract 7), and the content type
 * of HTTP+JSON. JSON-RPC codes and the ErrorInfo's reason are the same in both, so who keys on these need not know.
 */
public enum ErrorProfile {
    /** The corrected edition, and what is spoken unless somebody asks for the other. */
    V1_0_1("1.0.1"),
    /** The first edition, and what its conformance kit and the Java SDK expect. */
    V1_0_0("1.0.0");

    private final String number;

    ErrorProfile(String number) {
        this.number = number;
    }

    /** As configuration names it. */
    public String number() {
        return number;
    }

    Shape adapt(Shape shape) {
        return this == V1_0_1 ? shape : first(shape);
    }

    private static Shape first(Shape shape) {
        return switch (shape.reason()) {
            case "TASK_NOT_CANCELABLE" -> with(shape, 409, "FAILED_PRECONDITION");
            case "PUSH_NOTIFICATION_NOT_SUPPORTED", "UNSUPPORTED_OPERATION", "VERSION_NOT_SUPPORTED" ->
                with(shape, 400, "UNIMPLEMENTED");
            case "CONTENT_TYPE_NOT_SUPPORTED" -> with(shape, 415, "INVALID_ARGUMENT");
            case "INVALID_AGENT_RESPONSE" -> with(shape, 502, "INTERNAL");
            default -> shape;
        };
    }

    private static Shape with(Shape shape, int httpStatus, String status) {
        return new Shape(shape.jsonRpcCode(), shape.reason(), httpStatus, status, shape.mqtt());
    }
}
