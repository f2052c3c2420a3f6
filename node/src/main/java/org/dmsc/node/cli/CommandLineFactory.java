package org.dmsc.node.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.ServiceLoader;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.schemas.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes the whole command line: our commands, those of {@link DmscCommand}, and how faults are told. */
public final class CommandLineFactory {

    private static final List<Class<?>> COMMANDS = List.of(
            UpCommand.class,
            ApplyCommand.class,
            DiffCommand.class,
            TenantCommand.class,
            GrantCommand.class,
            AgentCommand.class,
            NodeCommand.class,
            CertCommand.class,
            TaskCommand.class,
            DeadCommand.class,
            KeyCommand.class,
            AuditCommand.class,
            DoctorCommand.class,
            VersionCommand.class,
            CommandLine.HelpCommand.class);

    private CommandLineFactory() {}

    /** The command above all others. */
    @Command(
            name = "dmsc",
            description = "A fabric in which agents of many tenants delegate tasks to each other.",
            mixinStandardHelpOptions = true,
            versionProvider = VersionText.class,
            synopsisSubcommandLabel = "COMMAND",
            footer = {
                "",
                "Exit codes: 0 done, 1 refused or failed, 2 wrong command line or configuration,",
                "            3 no fabric answers, 4 port or data folder in use, 5 a fault inside.",
                "",
                "The launcher also knows 'dmsc test' (all checks and tests) and 'dmsc bench'."
            })
    static final class Dmsc implements Runnable {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "a command is missing");
        }
    }

    static final class VersionText implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"dmsc " + org.dmsc.node.host.Version.text()};
        }
    }

    /** A command line that can be executed once. */
    public static CommandLine make() {
        CommandLine line = new CommandLine(new Dmsc());
        COMMANDS.forEach(line::addSubcommand);
        ServiceLoader.load(DmscCommand.class).forEach(command -> add(line, command));
        return withFaultsTold(line);
    }

    /**
     * The same for these words: when the first one is a command of ours, the line knows no other, as making them all is a tenth of a second
     * that everybody would wait for who only wants one.
     */
    public static CommandLine makeFor(String... words) {
        for (Class<?> command : COMMANDS) {
            if (words.length > 0 && words[0].equals(nameOf(command))) {
                CommandLine line = new CommandLine(new Dmsc());
                line.addSubcommand(command);
                return withFaultsTold(line);
            }
        }
        return make();
    }

    private static String nameOf(Class<?> command) {
        Command annotation = command.getAnnotation(Command.class);
        // 'help' tells of all the others.
        return annotation == null || command == CommandLine.HelpCommand.class ? "" : annotation.name();
    }

    private static CommandLine withFaultsTold(CommandLine line) {
        return line.setExecutionExceptionHandler((fault, at, parsed) -> tell(fault, at.getErr()))
                .setUnmatchedArgumentsAllowed(false);
    }

    private static void add(CommandLine line, DmscCommand command) {
        CommandLine made = new CommandLine(command);
        if (!line.getSubcommands().containsKey(made.getCommandName())) {
            line.addSubcommand(made);
        }
    }

    private static int tell(Exception fault, PrintWriter err) {
        if (fault instanceof NodeException told) {
            err.println("dmsc: " + told.getMessage());
            log().debug("stopped", told);
            return told.exitCode().code();
        }
        if (fault instanceof RefusedException refused) {
            err.println("dmsc: " + refused.refusal() + ": " + refused.sentence());
            return ExitCode.REFUSED.code();
        }
        err.println("dmsc: a fault inside: " + fault
                + " (this is a bug; run again with DMSC_JAVA_OPTS=-Ddmsc.log.level=DEBUG and report it)");
        log().error("fault", fault);
        return ExitCode.FAULT.code();
    }

    /** Not a constant: a command that goes well says nothing, and need not wait for logging to be set up. */
    private static Logger log() {
        return LoggerFactory.getLogger(CommandLineFactory.class);
    }
}
