/**
 * The MQTT edge: an embedded broker for devices, MQTT 5 by A2A over MQTT 0.1 and MQTT 3.1.1 by {@code docs/mqtt-311.md}.
 * No message waits here: publish, Kafka, PUBACK.
 */
@NullMarked
package org.dmsc.bridge.mqtt;

import org.jspecify.annotations.NullMarked;
