package org.dmsc.bench;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc bench …}: each sub-command measures one thing against a baseline of the same run and prints a report. */
@Command(
        name = "bench",
        description = "Measures the fabric against baselines of the same run.",
        mixinStandardHelpOptions = true,
        subcommands = {
            BenchCommand.Roundtrip.class,
            StartCommand.class,
            HttpCommand.class,
            IntentCommand.class,
            RevocationCommand.class,
            IsolationCommand.class,
            AuditCommand.class,
            SealingCommand.class,
            MqttCommand.class,
            SimulateCommand.class,
            DecideCommand.class
        })
public final class BenchCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        new picocli.CommandLine(this).usage(System.err);
        return 2;
    }

    /** Where the report goes. */
    static final class Output {

        @Option(
                names = {"-o", "--output"},
                description = "text (default) or json: one object, nothing else on standard output",
                defaultValue = "text")
        private String format = "text";

        Consumer<String> progress() {
            return System.err::println;
        }

        int print(Report report) {
            System.out.println(format.equals("json") ? report.json() : report.text());
            return 0;
        }
    }

    /** One blocking task over HTTP, caller to agent and back, against the bare three-hop Kafka chain with exactly-once. */
    @Command(
            name = "roundtrip",
            mixinStandardHelpOptions = true,
            description = {
                "Caller → router → agent → caller over HTTP, against a bare exactly-once Kafka chain on the same broker;",
                "and the router alone, without HTTP, against the same chain (not with --url)."
            })
    static final class Roundtrip implements Callable<Integer> {

        private static final Duration ROUTER_WARM_UP = Duration.ofSeconds(60);

        @Option(
                names = "--part",
                description = "tasks, router or all (default: ${DEFAULT-VALUE})",
                defaultValue = "all")
        private String part = "all";

        @Option(
                names = "--rate",
                description = "tasks per second, open loop (default: ${DEFAULT-VALUE})",
                defaultValue = "100")
        private int rate;

        @Option(
                names = "--seconds",
                description = "length of each of the five rounds (default: ${DEFAULT-VALUE})",
                defaultValue = "4")
        private int seconds;

        @Option(
                names = "--url",
                description = "a fabric that runs already; then --caller, --agent and --bootstrap are needed too")
        private @Nullable String url;

        @Option(names = "--caller", description = "credentials folder of the caller, with --url")
        private @Nullable Path caller;

        @Option(names = "--agent", description = "credentials folder of the agent, named like the agent, with --url")
        private @Nullable Path agent;

        @Option(names = "--bootstrap", description = "Kafka of that fabric, with --url")
        private @Nullable String bootstrap;

        @Option(
                names = "--kafka-properties",
                description = "security settings for it, such as <keys>/operator/kafka.properties, with --url")
        private @Nullable Path kafkaProperties;

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() throws Exception {
            if (!List.of("all", "tasks", "router").contains(part)) {
                System.err.println("--part " + part + " (expected tasks, router or all)");
                return 2;
            }
            if (url != null && (caller == null || agent == null || bootstrap == null)) {
                System.err.println("--url needs --caller, --agent and --bootstrap too");
                return 2;
            }
            Report report = new Report("roundtrip");
            if (!part.equals("router")) {
                try (Scratch scratch = Scratch.make()) {
                    tasks(scratch, report);
                }
            }
            if (!part.equals("tasks") && url == null) {
                Duration warmUp = part.equals("router") ? Budget.forWarmUp(RouterBench.REST) : ROUTER_WARM_UP;
                try (Scratch scratch = Scratch.make()) {
                    new RouterBench(output.progress()).withOwnBroker(scratch.folder(), warmUp, report);
                }
            }
            return output.print(report);
        }

        private void tasks(Scratch scratch, Report report) throws Exception {
            if (url == null || caller == null || agent == null || bootstrap == null) {
                withOwnFabric(scratch, report);
            } else {
                against(
                        url,
                        client(bootstrap),
                        new Parties(new Credentials(caller), new Credentials(agent)),
                        scratch,
                        report);
            }
        }

        private Map<String, Object> client(String servers) throws IOException {
            Properties properties = new Properties();
            if (kafkaProperties != null) {
                try (Reader text = Files.newBufferedReader(kafkaProperties)) {
                    properties.load(text);
                }
            }
            Map<String, Object> client = new HashMap<>();
            properties.forEach((key, value) -> client.put(String.valueOf(key), value));
            client.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers);
            return client;
        }

        private void withOwnFabric(Scratch scratch, Report report) throws Exception {
            output.progress().accept("starting a fabric in " + scratch.folder());
            try (FabricProcess fabric = FabricProcess.start(scratch.folder())) {
                fabric.command("tenant", "create", "bench");
                Parties both = new Parties(fabric.agent("bench", "caller"), fabric.agent("bench", "echo"));
                against(fabric.httpUrl(), fabric.kafkaClient(), both, scratch, report);
            }
        }

        private record Parties(Credentials caller, Credentials agent) {}

        private void against(String gateway, Map<String, Object> kafka, Parties parties, Scratch scratch, Report report)
                throws Exception {
            String name = parties.agent().folder().getFileName().toString().replaceFirst("^bench-", "");
            try (EchoAgent echo = new EchoAgent(parties.agent());
                    FabricTasks tasks = new FabricTasks(parties.caller(), gateway, name);
                    BareChain bare = BareChain.start(kafka, scratch.folder().resolve("streams"))) {
                new Registration(parties.agent(), gateway).register(name, echo.start());
                Duration after =
                        part.equals("all") && url == null ? RouterBench.REST.plus(ROUTER_WARM_UP) : Duration.ZERO;
                new RoundtripBench(bare, tasks, output.progress())
                        .run(report, rate, Duration.ofSeconds(seconds), after);
            }
        }
    }
}
