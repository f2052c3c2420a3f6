package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.dmsc.bridge.core.Terms;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.schemas.AgentRef;

/**
 * A request of a device, freed of its protocol.
 *
 * @param operation name of an A2A operation
 * @param params what the operation takes
 * @param addressed the agent it was sent to; {@code gateway} for nobody in particular
 * @param taskId the id that the requester made for a new task, where the protocol gives it beside the message
 */
record DeviceRequest(
        Device device, String operation, ObjectNode params, AgentRef addressed, Optional<String> taskId, Terms terms) {}
