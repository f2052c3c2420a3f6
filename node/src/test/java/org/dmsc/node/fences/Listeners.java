package org.dmsc.node.fences;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.dmsc.node.testing.TestFabric;

/** Where a fabric listens, by name. */
record Listeners(Map<String, Integer> ports) {

    private static final Pattern KAFKA = Pattern.compile("([A-Z]+)://[^,]*?:(\\d+)");

    static Listeners of(TestFabric fabric) throws Exception {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("HTTP", URI.create(fabric.httpUrl()).getPort());
        ports.put("MQTT", fabric.description().mqttPort());
        try (Admin admin = Admin.create(fabric.description().kafkaClient())) {
            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
            String listeners = admin.describeConfigs(java.util.List.of(broker))
                    .all()
                    .get(20, TimeUnit.SECONDS)
                    .get(broker)
                    .get("listeners")
                    .value();
            Matcher each = KAFKA.matcher(listeners);
            while (each.find()) {
                ports.put("Kafka " + each.group(1), Integer.parseInt(each.group(2)));
            }
        }
        return new Listeners(ports);
    }
}
