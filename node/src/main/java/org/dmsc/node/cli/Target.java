package org.dmsc.node.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.node.host.NodeFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which fabric a command talks to, and as whom; mixed into every command that talks to one. */
final class Target {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "data folder of a node on this machine (default: $DMSC_DATA, else ~/.dmsc)")
    private @Nullable Path data;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "where the fabric listens (default: as the node of --data says)")
    private @Nullable String url;

    @Option(
            names = "--as",
            paramLabel = "DIR",
            description = "folder with the certificate and key to use (default: the operator's; for 'task' an agent's)")
    private @Nullable Path credentials;

    /** The data folder, whether or not a node runs there. */
    Path data() {
        return Optional.ofNullable(data).orElseGet(Target::defaultData);
    }

    /** The same for what is read past the HTTP interface, from Kafka, where only the node's operator may read: not for {@code --as}. */
    NodeFile nodeOfOperator() {
        if (credentials != null) {
            throw new NodeException(
                    ExitCode.USAGE,
                    "--as: this reads Kafka, as the operator of --data (expected without it. A tenant's administrator looks with audit"
                            + " query, stats, tail and show, and verifies what the operator exported, with --tiles)");
        }
        return node();
    }

    static Path defaultData() {
        return Optional.ofNullable(System.getenv("DMSC_DATA"))
                .filter(value -> !value.isBlank())
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home", "."), ".dmsc"));
    }

    /** The node of the data folder. */
    NodeFile node() {
        return NodeFile.read(data()).orElseThrow(() -> nobody());
    }

    FabricClient asOperator() {
        Path folder = Optional.ofNullable(credentials).orElseGet(this::operator);
        return new FabricClient(url(), Identity.read(folder));
    }

    private Path operator() {
        return Optional.of(node().operator())
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .orElseThrow(() -> new NodeException(
                        ExitCode.USAGE,
                        "the node of " + data()
                                + " enrolled and has no operator (expected --data of a node with the keys folder,"
                                + " or --as with the operator's credentials)"));
    }

    /** As the agent whose folder was given; a command may offer one of its own. */
    FabricClient asAgent() {
        Path folder = Optional.ofNullable(credentials)
                .orElseThrow(() -> new NodeException(
                        ExitCode.USAGE,
                        "--as: missing (expected the folder that 'dmsc agent add' wrote for the agent that asks)"));
        return new FabricClient(url(), Identity.read(folder));
    }

    private String url() {
        return Optional.ofNullable(url)
                .or(() -> Optional.of(node().httpUrl()).filter(value -> !value.isEmpty()))
                .orElseThrow(() -> new NodeException(
                        ExitCode.UNREACHABLE,
                        "the node of " + data() + " has no role http (expected one with it; give its URL with --url)"));
    }

    private NodeException nobody() {
        return new NodeException(
                ExitCode.UNREACHABLE,
                "no node is running in " + data() + " (start one with: dmsc up --data " + data()
                        + "; or name another folder with --data, or a URL with --url and --as)");
    }
}
