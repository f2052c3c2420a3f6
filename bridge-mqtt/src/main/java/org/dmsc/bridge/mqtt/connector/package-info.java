/**
 * The way to somebody else's MQTT broker: its devices become agents of one tenant, by the protocols of our own edge. What a publish means is
 * decided in {@link org.dmsc.bridge.mqtt.connector.OutsideTraffic}; here is who sent it, under which topic, and when it is acknowledged.
 */
@NullMarked
package org.dmsc.bridge.mqtt.connector;

import org.jspecify.annotations.NullMarked;
