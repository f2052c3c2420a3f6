/** What travels over MQTT: topics and the 3.1.1 envelope ({@code docs/mqtt-311.md}), read and written. Pure: no broker, no threads. */
@NullMarked
package org.dmsc.bridge.mqtt.wire;

import org.jspecify.annotations.NullMarked;
