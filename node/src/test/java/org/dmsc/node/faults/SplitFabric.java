package org.dmsc.node.faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.NodeProcess;
import org.dmsc.node.testing.Participant;
import org.dmsc.tenant.kafka.KafkaConnection;

/** Broker, router and two gateways in processes of their own, to be killed and started again on their data. */
final class SplitFabric implements AutoCloseable {

    static final String ROUTER = "router";
    static final List<String> GATEWAYS = List.of("edge-1", "edge-2");

    private final Path folder;
    private final Map<String, String[]> options = new LinkedHashMap<>();
    private final Map<String, NodeProcess> running = new ConcurrentHashMap<>();

    SplitFabric(Path folder) {
        this.folder = folder;
    }

    SplitFabric start() {
        options.put("broker", new String[] {"--roles", "broker", "--kafka-port", "0"});
        begin("broker");
        running.get("broker").awaitReady();
        options.put(ROUTER, new String[] {"--roles", "router,registry,audit", "--kafka", bootstrap()});
        for (String gateway : GATEWAYS) {
            options.put(gateway, new String[] {"--roles", "http", "--kafka", bootstrap(), "--http-port", "0"});
        }
        begin(ROUTER);
        GATEWAYS.forEach(this::begin);
        running.get(ROUTER).awaitReady();
        GATEWAYS.forEach(gateway -> running.get(gateway).awaitReady());
        return this;
    }

    String bootstrap() {
        return running.get("broker").description().bootstrap();
    }

    /** As the operator. */
    KafkaConnection kafka() {
        Map<String, String> security = new HashMap<>();
        running.get("broker").description().kafkaClient().forEach((key, value) -> security.put(key, value.toString()));
        return new KafkaConnection(bootstrap(), security, "faults-");
    }

    /** {@code kill -9}. */
    void kill(String node) {
        running.get(node).kill();
    }

    /** One more router, with a state folder of its own; returns when it is ready. */
    void startRouter(String node) {
        options.put(node, new String[] {"--roles", "router,registry,audit", "--kafka", bootstrap()});
        startAgain(node);
    }

    /** It stands still until it is thawed. */
    void freeze(String node) {
        running.get(node).freeze();
    }

    void thaw(String node) {
        running.get(node).thaw();
    }

    /** Again, on what it left behind; returns when it is ready. */
    void startAgain(String node) {
        begin(node);
        running.get(node).awaitReady();
    }

    Participant operator() {
        NodeProcess gateway = running.get(GATEWAYS.get(0));
        return gateway.as(gateway.operator());
    }

    /** Somebody at one of the gateways, as it runs now. */
    Participant at(String gateway, Credentials credentials) {
        return running.get(gateway).as(credentials);
    }

    /** Where one of the gateways listens, as it runs now. */
    String url(String gateway) {
        return running.get(gateway).description().httpUrl();
    }

    Credentials issue(String tenant, String agent) {
        Answer issued = operator().post("/v1/config/tenants/" + tenant + "/agents/" + agent + "/credentials", "{}");
        if (issued.status() / 100 != 2) {
            throw new AssertionError("credentials of " + agent + ": " + issued);
        }
        return Credentials.of(issued.body());
    }

    private void begin(String node) {
        List<String> all = new ArrayList<>(
                List.of("--node", node, "--keys", folder.resolve("keys").toString()));
        all.addAll(List.of(options.get(node)));
        running.put(node, NodeProcess.begin(folder.resolve(node), all.toArray(String[]::new)));
    }

    @Override
    public void close() {
        List<String> names = new ArrayList<>(options.keySet());
        for (int i = names.size() - 1; i >= 0; i--) {
            NodeProcess node = running.get(names.get(i));
            if (node != null) {
                node.close();
            }
        }
    }
}
