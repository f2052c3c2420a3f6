package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The file of tenants' documents that a command is about. */
final class DocumentFile {

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "YAML, one document for each tenant; - for standard input (docs/policy.md has all keys)")
    private Path file = Path.of("-");

    /** All documents in it. */
    List<ObjectNode> documents() {
        return Documents.read(file);
    }
}
