package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.dmsc.node.cli.DmscCommand;
import org.dmsc.node.host.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dmsc demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what a fabric does, on a real one in a temporary folder, with agents as separate processes.",
            "Each step is checked by what came over the wire; exit code 0 only when every one was seen."
        })
public final class DemoCommand implements DmscCommand {

    @Option(names = "--keep", description = "leave everything running until Ctrl-C, and say how to play with it")
    private boolean keep;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description =
                    "text, or json: one object on standard output, the narrative on standard error (default: ${DEFAULT-VALUE})",
            defaultValue = "text")
    private Format format = Format.text;

    /** Set once a step has failed: the logs are then worth more than a tidy disk. */
    private volatile boolean failed;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** For people, or for programs. */
    enum Format {
        text,
        json
    }

    @Override
    public Integer call() throws InterruptedException {
        Workspace workspace = Workspace.create();
        Launcher launcher = new Launcher();
        Thread interrupted = new Thread(() -> strike(launcher, workspace), "demo-end");
        Runtime.getRuntime().addShutdownHook(interrupted);
        Narrator narrator = new Narrator(narrative(), System::nanoTime);
        Demo.Verdict verdict = new Demo(workspace, launcher, new CanaryWords(new SecureRandom()), narrator).run();
        failed = !verdict.good();
        report(verdict, workspace);
        if (keep && verdict.fabric().isPresent()) {
            new Playground(workspace, verdict.fabric().get()).lines().forEach(narrator::line);
            new CountDownLatch(1).await();
        }
        Runtime.getRuntime().removeShutdownHook(interrupted);
        strike(launcher, workspace);
        return verdict.good() ? ExitCode.OK.code() : ExitCode.REFUSED.code();
    }

    private void strike(Launcher launcher, Workspace workspace) {
        launcher.endAll();
        if (!failed) {
            workspace.remove();
        }
    }

    private PrintWriter narrative() {
        return format == Format.json
                ? spec.commandLine().getErr()
                : spec.commandLine().getOut();
    }

    private void report(Demo.Verdict verdict, Workspace workspace) {
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.json) {
            out.println(json(verdict, workspace));
        } else {
            out.println();
            ResultTable.lines(verdict.results()).forEach(out::println);
            out.println(sentence(verdict, workspace));
        }
        out.flush();
    }

    private static String sentence(Demo.Verdict verdict, Workspace workspace) {
        String seconds = String.format(Locale.ROOT, "%.1f s", verdict.millis() / 1000.0);
        return verdict.failure()
                .map(failure -> "FAILED after " + seconds + ": expected " + failure.expected() + "\n  came      "
                        + failure.came()
                        + "\n  look at   " + failure.log() + "\n  all logs  " + workspace.logs() + " (kept; remove "
                        + workspace.root()
                        + " when done)")
                .orElse("Every step was observed, in " + seconds + ".");
    }

    private static ObjectNode json(Demo.Verdict verdict, Workspace workspace) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("ok", verdict.good());
        json.put("seconds", verdict.millis() / 1000.0);
        ArrayNode steps = json.putArray("steps");
        for (StepResult result : verdict.results()) {
            steps.addObject()
                    .put("step", result.step())
                    .put("outcome", result.outcome().name().toLowerCase(Locale.ROOT))
                    .put("asked", result.asked())
                    .put("observed", result.observed())
                    .put("millis", result.millis());
        }
        verdict.failure()
                .ifPresent(failure -> json.putObject("failure")
                        .put("expected", failure.expected())
                        .put("came", failure.came())
                        .put("log", failure.log())
                        .put("folder", workspace.root().toString()));
        return json;
    }
}
