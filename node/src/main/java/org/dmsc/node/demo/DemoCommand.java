package org.dmsc.node.demo;

import java.io.PrintWriter;
import java.security.SecureRandom;
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
        Curtain curtain = new Curtain(launcher, workspace).hang();
        Narrator narrator = new Narrator(narrative(), System::nanoTime);
        Demo.Verdict verdict = new Demo(workspace, launcher, new CanaryWords(new SecureRandom()), narrator).run();
        if (!verdict.good()) {
            if (curtain.wasInterrupted()) {
                curtain.awaitInterrupt();
            }
            curtain.keepLogs();
        }
        report(new VerdictReport(verdict, workspace));
        if (keep && verdict.fabric().isPresent()) {
            new Playground(workspace, verdict.fabric().get()).lines().forEach(narrator::line);
            curtain.awaitInterrupt();
        }
        curtain.fall();
        return verdict.good() ? ExitCode.OK.code() : ExitCode.REFUSED.code();
    }

    private PrintWriter narrative() {
        return format == Format.json
                ? spec.commandLine().getErr()
                : spec.commandLine().getOut();
    }

    private void report(VerdictReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.json) {
            out.println(report.json());
        } else {
            report.text().forEach(out::println);
        }
        out.flush();
    }
}
