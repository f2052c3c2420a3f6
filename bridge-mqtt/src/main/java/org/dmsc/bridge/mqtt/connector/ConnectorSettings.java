package org.dmsc.bridge.mqtt.connector;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.schemas.AgentId;

/**
 * One outside broker. Checked by whoever reads it from a file, so that all its faults are named at once.
 *
 * @param name of the connector, in logs, metrics and the client ids of its devices
 * @param url {@code ssl://host:port}; {@code tcp://} to this machine only
 * @param version what the broker is spoken to in
 * @param clientId ours at that broker; two processes with one client id push each other out
 * @param topics what its topics are called, and whose they are
 * @param agents whose word this broker may bring: no other agent is believed to speak through it
 * @param exposed agents of the fabric that its devices see and may address by name
 * @param pools in which the fabric takes its share of requests
 * @param login how the broker knows us
 * @param session how long it keeps what it has for us while we are away
 * @param receiveMaximum how many publishes may be on their way to us without an acknowledgement (MQTT 5)
 */
public record ConnectorSettings(
        String name,
        URI url,
        Device.Version version,
        String clientId,
        OutsideTopics topics,
        AgentNames agents,
        List<AgentId> exposed,
        List<String> pools,
        Login login,
        Duration session,
        int receiveMaximum) {

    /**
     * What is shown to the broker.
     *
     * @param tls asked at each connect, so that renewed files count; empty without TLS
     */
    public record Login(
            Optional<Supplier<SSLContext>> tls, Optional<String> user, Optional<Supplier<String>> password) {

        /** The user only. */
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }
    }

    public ConnectorSettings {
        exposed = List.copyOf(exposed);
        pools = List.copyOf(pools);
    }
}
