package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Who plays: seven agents of two tenants, each a process of its own that knows of the fabric only its address and its own credentials. */
final class Cast {

    static final String ACME = "acme";
    static final String GLOBEX = "globex";

    static final String SUPPORT = "support";
    static final String BILLING = "billing";
    static final String TECH_1 = "tech-1";
    static final String TECH_2 = "tech-2";
    static final String INVENTORY = "inventory";
    static final String RECEPTION = "reception";
    static final String SENSOR = "sensor";

    private static final Duration LONGEST_START = Duration.ofSeconds(60);

    private final Backstage backstage;
    private final Lines lines;
    private final Map<String, ChildProcess> processes = new ConcurrentHashMap<>();

    Cast(Backstage backstage, Lines lines) {
        this.backstage = backstage;
        this.lines = lines;
    }

    /** What it takes to start an agent. */
    record Backstage(
            FabricProcess fabric, AgentPrograms programs, Operator operator, Launcher launcher, Workspace workspace) {}

    /** What the agents will say, and what only their cards say: each with a word that exists nowhere else. */
    record Lines(
            String billing,
            String technical,
            String inventory,
            String sensor,
            String billingCard,
            String technicalCard) {

        static Lines with(CanaryWords words) {
            return new Lines(words.next(), words.next(), words.next(), words.next(), words.next(), words.next());
        }
    }

    /** Acme's part: a caller, three specialists, a device. */
    void startAcme() {
        start(ACME, SUPPORT, AgentPrograms.Program.CUSTOMER_SUPPORT, Map.of());
        specialist(
                BILLING,
                "billing-question",
                "Explains invoices, payments and refunds, also of " + lines.billingCard,
                "billing,invoice,refund",
                "Your refund is on its way, reference " + lines.billing);
        for (String technician : List.of(TECH_1, TECH_2)) {
            specialist(
                    technician,
                    "network-diagnosis",
                    "Finds faults of routers and slow or broken network connections, also of " + lines.technicalCard,
                    "network,router,technical",
                    "Restart the router and use channel " + lines.technical);
        }
        start(ACME, INVENTORY, AgentPrograms.Program.INVENTORY_DEVICE, Map.of("note", "lot " + lines.inventory));
    }

    /** Globex's part: a caller and a sensor. */
    void startGlobex() {
        start(GLOBEX, RECEPTION, AgentPrograms.Program.CUSTOMER_SUPPORT, Map.of());
        start(GLOBEX, SENSOR, AgentPrograms.Program.SENSOR, Map.of("note", "calibrated " + lines.sensor));
    }

    /** Waits until those who register have been registered, and the callers can be told what to do. */
    void awaitReady() {
        for (String name : List.of(BILLING, TECH_1, TECH_2, INVENTORY, SENSOR)) {
            process(name).await(name + " to be registered", 0, Cast::isRegistered, LONGEST_START);
        }
        for (String name : List.of(SUPPORT, RECEPTION)) {
            process(name)
                    .await(
                            name + " to be ready",
                            0,
                            line -> Json.text(line, "event").equals("ready"),
                            LONGEST_START);
        }
    }

    /** Devices say it when it is acknowledged, HTTP agents with the status they got. */
    private static boolean isRegistered(JsonNode line) {
        int status = line.path("status").asInt(200);
        return Json.text(line, "event").equals("registered") && status / 100 == 2;
    }

    ChildProcess process(String agent) {
        return Optional.ofNullable(processes.get(agent))
                .orElseThrow(() -> new IllegalStateException(
                        agent + " does not play (expected one of " + processes.keySet() + ")"));
    }

    Caller caller(String agent) {
        return new Caller(process(agent));
    }

    Lines lines() {
        return lines;
    }

    private void specialist(String name, String skill, String description, String tags, String answer) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("skill", skill);
        options.put("description", description);
        options.put("tags", tags);
        options.put("answer", answer);
        options.put("idempotent", "true");
        options.put("control", "stdin");
        start(ACME, name, AgentPrograms.Program.SPECIALIST, options);
    }

    private void start(String tenant, String name, AgentPrograms.Program program, Map<String, String> more) {
        Path credentials = backstage.operator().addAgent(tenant, name);
        Map<String, String> options = new LinkedHashMap<>();
        options.put("as", credentials.toString());
        options.putAll(
                program.isDevice()
                        ? Map.of("mqtt", backstage.fabric().mqttUrl(), "tenant", tenant)
                        : Map.of("gateway", backstage.fabric().httpUrl()));
        options.putAll(more);
        List<String> command = new ArrayList<>(backstage.programs().command(program, options));
        processes.put(
                name,
                backstage.launcher().start(name, command, backstage.workspace().log(tenant + "-" + name)));
    }
}
