package org.dmsc.bridge.http.a2a;

import java.util.Arrays;
import java.util.Optional;

/** The operations of A2A 1.0, by the name that JSON-RPC and gRPC share. */
public enum Operation {
    SEND_MESSAGE("SendMessage"),
    SEND_STREAMING_MESSAGE("SendStreamingMessage"),
    GET_TASK("GetTask"),
    LIST_TASKS("ListTasks"),
    CANCEL_TASK("CancelTask"),
    SUBSCRIBE_TO_TASK("SubscribeToTask"),
    CREATE_PUSH_CONFIG("CreateTaskPushNotificationConfig"),
    GET_PUSH_CONFIG("GetTaskPushNotificationConfig"),
    LIST_PUSH_CONFIGS("ListTaskPushNotificationConfigs"),
    DELETE_PUSH_CONFIG("DeleteTaskPushNotificationConfig"),
    GET_EXTENDED_AGENT_CARD("GetExtendedAgentCard");

    private final String wireName;

    Operation(String wireName) {
        this.wireName = wireName;
    }

    /** The operation of that name, which counts with its case. */
    public static Optional<Operation> named(String wireName) {
        return Arrays.stream(values())
                .filter(operation -> operation.wireName.equals(wireName))
                .findFirst();
    }

    /** Its name on the wire. */
    public String wireName() {
        return wireName;
    }

    /** Whether it may take as long as an agent works: then no time limit of requests holds. */
    public boolean waits() {
        return this == SEND_MESSAGE || this == SEND_STREAMING_MESSAGE || this == SUBSCRIBE_TO_TASK;
    }
}
