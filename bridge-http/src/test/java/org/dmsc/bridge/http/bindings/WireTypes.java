package org.dmsc.bridge.http.bindings;

import com.google.lf.a2a.v1.AgentCard;
import com.google.lf.a2a.v1.ListTaskPushNotificationConfigsResponse;
import com.google.lf.a2a.v1.ListTasksResponse;
import com.google.lf.a2a.v1.SendMessageResponse;
import com.google.lf.a2a.v1.StreamResponse;
import com.google.lf.a2a.v1.Task;
import com.google.lf.a2a.v1.TaskPushNotificationConfig;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import org.dmsc.bridge.http.a2a.Operation;

/** The response message of each operation; JSON that holds a member which the contract does not know is refused. */
final class WireTypes {

    private WireTypes() {}

    static Message read(Operation operation, String json) throws InvalidProtocolBufferException {
        Message.Builder builder = of(operation).newBuilderForType();
        JsonFormat.parser().merge(json, builder);
        return builder.build();
    }

    static Message of(Operation operation) {
        return switch (operation) {
            case SEND_MESSAGE -> SendMessageResponse.getDefaultInstance();
            case SEND_STREAMING_MESSAGE, SUBSCRIBE_TO_TASK -> StreamResponse.getDefaultInstance();
            case GET_TASK, CANCEL_TASK -> Task.getDefaultInstance();
            case LIST_TASKS -> ListTasksResponse.getDefaultInstance();
            case CREATE_PUSH_CONFIG, GET_PUSH_CONFIG -> TaskPushNotificationConfig.getDefaultInstance();
            case LIST_PUSH_CONFIGS -> ListTaskPushNotificationConfigsResponse.getDefaultInstance();
            case DELETE_PUSH_CONFIG -> Empty.getDefaultInstance();
            case GET_EXTENDED_AGENT_CARD -> AgentCard.getDefaultInstance();
        };
    }
}
