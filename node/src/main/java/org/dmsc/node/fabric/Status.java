package org.dmsc.node.fabric;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeSet;
import org.dmsc.bridge.core.Gateway;
import org.dmsc.node.config.FabricConfig;
import org.dmsc.node.config.Role;
import org.dmsc.node.host.Version;

/** What {@code /v1/status} says of this process. Thread-safe. */
final class Status {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final FabricConfig config;
    private final KafkaPlace kafka;
    private volatile Fabric.Ports ports = Fabric.Ports.NONE;

    Status(FabricConfig config, KafkaPlace kafka) {
        this.config = config;
        this.kafka = kafka;
    }

    void ports(Fabric.Ports opened) {
        ports = opened;
    }

    String json(Gateway gateway, Health health) {
        ObjectNode json = JSON.createObjectNode();
        json.put("gateway", gateway.id());
        json.put("epoch", gateway.epoch());
        json.put("ready", gateway.ready() && health.ready());
        json.put("condition", gateway.condition());
        new TreeSet<>(gateway.lanes()).forEach(json.putArray("lanes")::add);
        for (Role role : Role.values()) {
            if (config.has(role)) {
                json.withArray("roles").add(role.label());
            }
        }
        json.put("domain", config.domain());
        json.put("httpPort", ports.http());
        json.put("mqttPort", ports.mqtt());
        json.put("bootstrap", kafka.bootstrap());
        kafka.weaknesses().forEach(json.putArray("weaknesses")::add);
        json.put("version", Version.text());
        ObjectNode parts = json.putObject("parts");
        health.words().forEach(parts::put);
        return json.toString();
    }
}
