package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.dmsc.node.host.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dmsc version}. */
@Command(name = "version", description = "Says which version this is.", mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        ObjectNode version = FabricClient.JSON.createObjectNode();
        version.put("version", Version.text());
        version.put("java", Runtime.version().toString());
        version.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        output.print(
                version,
                out -> out.line("dmsc " + Version.text() + ", Java " + Runtime.version() + ", "
                        + version.path("os").asText()));
        return 0;
    }
}
