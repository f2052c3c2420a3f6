package org.dmsc.bridge.mqtt.broker;

import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.Refusal;

/** What becomes of a PUBLISH: the broker itself never routes one. */
public sealed interface PublishVerdict {

    /**
     * Taken. The PUBACK or PUBREC goes out when the stage completes; when it fails, the connection is closed without an acknowledgement, so
     * that the client sends again.
     */
    record Taken(CompletionStage<?> stored) implements PublishVerdict {}

    /** Not taken: an MQTT 5 client is told why, an MQTT 3.1.1 client is disconnected because its protocol has no other word for it. */
    record Refused(Refusal refusal, String sentence) implements PublishVerdict {}
}
