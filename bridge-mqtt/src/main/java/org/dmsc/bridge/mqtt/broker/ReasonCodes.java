package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import org.dmsc.schemas.Refusal;

/** How a refusal looks in an MQTT packet. */
final class ReasonCodes {

    private ReasonCodes() {}

    static ConnackReasonCode connack(Refusal refusal) {
        switch (refusal) {
            case INVALID_AGENT_ID:
            case INVALID_TENANT_ID:
                return ConnackReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
            case UNAUTHENTICATED:
            case DPOP_BINDING:
                return ConnackReasonCode.BAD_USER_NAME_OR_PASSWORD;
            case QUOTA_EXCEEDED:
            case RATE_LIMITED:
                return ConnackReasonCode.QUOTA_EXCEEDED;
            case TOO_LARGE:
                return ConnackReasonCode.PACKET_TOO_LARGE;
            case OVERLOADED:
                return ConnackReasonCode.SERVER_BUSY;
            case UNAVAILABLE:
            case REVOCATIONS_STALE:
                return ConnackReasonCode.SERVER_UNAVAILABLE;
            case INTERNAL:
                return ConnackReasonCode.UNSPECIFIED_ERROR;
            default:
                return ConnackReasonCode.NOT_AUTHORIZED;
        }
    }

    static SubackReasonCode suback(Refusal refusal) {
        switch (refusal) {
            case QUOTA_EXCEEDED:
                return SubackReasonCode.QUOTA_EXCEEDED;
            case INTERNAL:
                return SubackReasonCode.UNSPECIFIED_ERROR;
            default:
                return SubackReasonCode.NOT_AUTHORIZED;
        }
    }

    static AckReasonCode ack(Refusal refusal) {
        switch (refusal) {
            case CROSS_TENANT:
            case NOT_PERMITTED:
            case TENANT_INACTIVE:
            case TENANT_UNKNOWN:
            case UNAUTHENTICATED:
            case DPOP_BINDING:
            case REVOKED:
            case IDENTITY_MISMATCH:
            case CARD_QUARANTINED:
            case CARD_NOT_VERIFIED:
            case CARD_NOT_SIGNED:
                return AckReasonCode.NOT_AUTHORIZED;
            case INVALID_REQUEST:
            case MALFORMED_JSON:
            case TOO_LARGE:
                return AckReasonCode.PAYLOAD_FORMAT_INVALID;
            case QUOTA_EXCEEDED:
            case RATE_LIMITED:
            case OVERLOADED:
                return AckReasonCode.QUOTA_EXCEEDED;
            case UNSUPPORTED_OPERATION:
            case UNKNOWN_OPERATION:
                return AckReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
            default:
                return AckReasonCode.UNSPECIFIED_ERROR;
        }
    }
}
