package org.dmsc.bench;

import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What connections cost that do nothing: memory of the whole process, and of its heap after a collection, before them and with them. */
final class IdleBench {

    /** Both ends of a connection are open files, though of two processes; some more are Kafka's. */
    private static final int OTHER_FILES = 2_000;

    private static final int STEP = 1_000;
    private static final int SETTLE_SECONDS = 3;

    private final FabricProcess fabric;
    private final List<MqttAgent> agents;
    private final Consumer<String> progress;

    IdleBench(FabricProcess fabric, List<MqttAgent> agents, Consumer<String> progress) {
        this.fabric = fabric;
        this.agents = agents;
        this.progress = progress;
    }

    void run(Report report, int wished) throws InterruptedException {
        int connections = Math.min(wished, OpenFiles.most() - OTHER_FILES);
        if (connections < wished) {
            progress.accept(connections + " connections: this machine allows no more open files");
        }
        List<Mqtt5AsyncClient> clients = new ArrayList<>();
        // The first few make what is made once.
        connect(clients, agents.size() * 4);
        double residentBefore = fabric.residentMib();
        Heap heap = new Heap(fabric.pid());
        OptionalDouble heapBefore = heap.usedMib();
        int before = clients.size();
        long begun = System.nanoTime();
        while (clients.size() < connections) {
            connect(clients, Math.min(STEP, connections - clients.size()));
            progress.accept(String.format(
                    Locale.ROOT, "%d idle connections, %.0f MiB resident", clients.size(), fabric.residentMib()));
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        OptionalDouble heapAfter = heap.usedMib();
        int added = clients.size() - before;
        report.figure("idle_connections", clients.size())
                .figure("idle_connects_per_s", added / seconds)
                .figure("resident_kib_per_idle_connection", (fabric.residentMib() - residentBefore) * 1024 / added)
                .figure("resident_mib_with_idle_connections", fabric.residentMib());
        if (heapBefore.isPresent() && heapAfter.isPresent()) {
            report.figure(
                    "heap_kib_per_idle_connection",
                    (heapAfter.getAsDouble() - heapBefore.getAsDouble()) * 1024 / added);
        }
        long alive = clients.stream()
                .filter(client -> client.getState().isConnected())
                .count();
        if (alive < clients.size()) {
            throw new BenchException(
                    (clients.size() - alive) + " of " + clients.size() + " idle connections were lost");
        }
        clients.forEach(client -> {
            CompletionStage<?> unused = client.disconnect();
        });
    }

    private void connect(List<Mqtt5AsyncClient> clients, int more) throws InterruptedException {
        for (int i = 0; i < more; i++) {
            MqttAgent agent = agents.get(clients.size() % agents.size());
            clients.add(MqttClients.connect(
                    fabric.mqttPort(), agent.clientId() + "/idle-" + clients.size(), agent.identity()));
        }
    }
}
