package org.dmsc.bridge.mqtt.broker;

import java.nio.file.Path;

/**
 * The broker's configuration file. HiveMQ starts with a plaintext listener on all addresses when its file is missing or malformed, so this
 * text is made here from checked values, validated against HiveMQ's own schema before the start, and the listeners are compared after it.
 */
final class BrokerConfig {

    /** Unacknowledged publishes a client may have on the way to us; each of them may be waiting for Kafka. */
    private static final int RECEIVE_MAXIMUM = 1000;

    private BrokerConfig() {}

    static String xml(BrokerSettings settings, Path identity, Path trust, String password) {
        String stores = stores(identity, trust, password);
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <hivemq>
                  <listeners>
                %s%s
                  </listeners>
                %s
                  <restrictions>
                    <max-connections>%d</max-connections>
                    <incoming-bandwidth-throttling>0</incoming-bandwidth-throttling>
                  </restrictions>
                  <persistence>
                    <mode>in-memory</mode>
                  </persistence>
                  <anonymous-usage-statistics>
                    <enabled>false</enabled>
                  </anonymous-usage-statistics>
                </hivemq>
                """.formatted(
                        listener("tls-tcp-listener", "devices", settings.port(), settings, stores),
                        settings.webSocketPort().isPresent()
                                ? listener(
                                        "tls-websocket-listener",
                                        "websocket",
                                        settings.webSocketPort().getAsInt(),
                                        settings,
                                        stores)
                                : "",
                        mqtt(settings),
                        settings.maxConnections());
    }

    private static String listener(String kind, String name, int port, BrokerSettings settings, String stores) {
        return """
                <%1$s>
                  <port>%2$d</port>
                  <bind-address>%3$s</bind-address>
                  <name>%4$s</name>
                  <tls>
                %5$s
                    <protocols>
                      <protocol>TLSv1.3</protocol>
                    </protocols>
                    <handshake-timeout>10000</handshake-timeout>
                    <client-authentication-mode>OPTIONAL</client-authentication-mode>
                  </tls>
                </%1$s>
                """.formatted(kind, port, escape(settings.bindAddress()), name, stores);
    }

    private static String stores(Path identity, Path trust, String password) {
        return """
                <keystore>
                  <path>%s</path>
                  <password>%s</password>
                  <private-key-password>%s</private-key-password>
                </keystore>
                <truststore>
                  <path>%s</path>
                  <password>%s</password>
                </truststore>""".formatted(
                        escape(identity.toAbsolutePath().toString()),
                        escape(password),
                        escape(password),
                        escape(trust.toAbsolutePath().toString()),
                        escape(password));
    }

    /** Sessions end with their connection: nothing may wait here, and no packet id outlives what is known about it. */
    private static String mqtt(BrokerSettings settings) {
        return """
                <mqtt>
                  <session-expiry>
                    <max-interval>0</max-interval>
                  </session-expiry>
                  <queued-messages>
                    <max-queue-size>1000</max-queue-size>
                    <strategy>discard</strategy>
                  </queued-messages>
                  <shared-subscriptions>
                    <enabled>false</enabled>
                  </shared-subscriptions>
                  <packets>
                    <max-packet-size>%d</max-packet-size>
                  </packets>
                  <receive-maximum>
                    <server-receive-maximum>%d</server-receive-maximum>
                  </receive-maximum>
                </mqtt>""".formatted(settings.maxPacketBytes(), RECEIVE_MAXIMUM);
    }

    /** HiveMQ also expands {@code ${ENV:NAME}} in this file; an unknown name makes it start with defaults, so '$' becomes a reference. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("$", "&#36;");
    }
}
