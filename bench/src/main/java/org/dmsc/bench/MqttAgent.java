package org.dmsc.bench;

/** An agent that connects by MQTT. */
record MqttAgent(String tenant, String name, PemTls identity) {

    String clientId() {
        return tenant + "/main/" + name;
    }
}
