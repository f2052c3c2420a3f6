package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.dmsc.bridge.core.Terms;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.schemas.AgentRef;

/**
 * A request of a device, freed of its protocol.
 *
 * @param operation name of an A2A operation
 * @param params what the operation takes; a message in it carries the task id that the requester made
 * @param addressed the agent it was sent to; {@code gateway} for nobody in particular
 */
record DeviceRequest(Device device, String operation, ObjectNode params, AgentRef addressed, Terms terms) {}
