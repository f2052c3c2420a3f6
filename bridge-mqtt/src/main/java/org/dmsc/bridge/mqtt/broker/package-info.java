/**
 * HiveMQ CE inside this process, wrapped so that it fails closed and never keeps a message: it holds connections and subscriptions, and asks
 * {@link org.dmsc.bridge.mqtt.broker.DeviceTraffic} about everything else. No topic of ours is known here.
 */
@NullMarked
package org.dmsc.bridge.mqtt.broker;

import org.jspecify.annotations.NullMarked;
