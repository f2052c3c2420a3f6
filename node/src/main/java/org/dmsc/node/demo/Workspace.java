package org.dmsc.node.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The temporary folder of one run, and the places in it. */
record Workspace(Path root) {

    static Workspace create() {
        try {
            Workspace workspace = new Workspace(Files.createTempDirectory("dmsc-demo-"));
            Files.createDirectories(workspace.logs());
            Files.createDirectories(workspace.classes());
            return workspace;
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder (expected a writable java.io.tmpdir)", e);
        }
    }

    /** The fabric's data folder. */
    Path data() {
        return root.resolve("data");
    }

    Path logs() {
        return root.resolve("logs");
    }

    Path log(String name) {
        return logs().resolve(name + ".log");
    }

    /** The agents' compiled sources. */
    Path classes() {
        return root.resolve("classes");
    }

    /** The credentials of an agent: what {@code dmsc agent add} would write. */
    Path credentials(String tenant, String agent) {
        return root.resolve("agents").resolve(tenant).resolve(agent);
    }

    /** Removes everything; what cannot be removed is left. */
    void remove() {
        try (Stream<Path> all = Files.walk(root)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println(
                    "dmsc demo: " + root + " could not be removed: " + e.getMessage() + " (remove it by hand)");
        }
    }
}
