/**
 * The MQTT edge: an embedded broker for devices and a connector to brokers of others.
 * No message waits here: publish, Kafka, PUBACK.
 */
@NullMarked
package org.dmsc.bridge.mqtt;

import org.jspecify.annotations.NullMarked;
