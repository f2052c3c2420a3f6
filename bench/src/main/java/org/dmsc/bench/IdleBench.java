package org.dmsc.bench;

import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What connections cost that do nothing: memory of the whole process, and of its heap after a collection, before them and with them. */
final class IdleBench {

    /** Both ends of a connection are open files, though of two processes; some more are Kafka's. */
    private static final int OTHER_FILES = 2_000;

    private static final int STEP = 1_000;
    private static final int SETTLE_SECONDS = 3;
    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    private static final Pattern FILES = Pattern.compile("Max open files\\s+\\d+\\s+(\\d+)");

    private final FabricProcess fabric;
    private final List<MqttAgent> agents;
    private final Consumer<String> progress;

    IdleBench(FabricProcess fabric, List<MqttAgent> agents, Consumer<String> progress) {
        this.fabric = fabric;
        this.agents = agents;
        this.progress = progress;
    }

    void run(Report report, int wished) throws InterruptedException {
        int connections = Math.min(wished, openFiles() - OTHER_FILES);
        if (connections < wished) {
            progress.accept(connections + " connections: this machine allows no more open files");
        }
        List<Mqtt5AsyncClient> clients = new ArrayList<>();
        // The first few make what is made once.
        connect(clients, agents.size() * 4);
        double residentBefore = fabric.residentMib();
        OptionalDouble heapBefore = heapMib();
        int before = clients.size();
        long begun = System.nanoTime();
        while (clients.size() < connections) {
            connect(clients, Math.min(STEP, connections - clients.size()));
            progress.accept(String.format(
                    Locale.ROOT, "%d idle connections, %.0f MiB resident", clients.size(), fabric.residentMib()));
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        OptionalDouble heapAfter = heapMib();
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

    /** Used heap after a full collection; empty where there is no jcmd (a JRE without a JDK). */
    private OptionalDouble heapMib() throws InterruptedException {
        jcmd("GC.run");
        Matcher used = USED.matcher(jcmd("GC.heap_info"));
        double kib = 0;
        // Metaspace is named after the heap's generations.
        boolean any = false;
        while (used.find()) {
            kib += Long.parseLong(used.group(1));
            any = true;
        }
        return any ? OptionalDouble.of(kib / 1024) : OptionalDouble.empty();
    }

    private String jcmd(String what) throws InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process process = new ProcessBuilder(jcmd.toString(), Long.toString(fabric.pid()), what)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            int end = said.indexOf("Metaspace");
            return end < 0 ? said : said.substring(0, end);
        } catch (IOException e) {
            return "";
        }
    }

    private static int openFiles() {
        try {
            Matcher limit = FILES.matcher(Files.readString(Path.of("/proc/self/limits")));
            return limit.find() ? Integer.parseInt(limit.group(1)) : Integer.MAX_VALUE;
        } catch (IOException | NumberFormatException e) {
            return Integer.MAX_VALUE;
        }
    }
}
