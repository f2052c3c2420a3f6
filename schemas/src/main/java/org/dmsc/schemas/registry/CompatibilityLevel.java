package org.dmsc.schemas.registry;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/** What a subject's next version must be able to do; names and meaning are Confluent's. */
public enum CompatibilityLevel {
    NONE(false, false, false),
    BACKWARD(true, false, false),
    BACKWARD_TRANSITIVE(true, false, true),
    FORWARD(false, true, false),
    FORWARD_TRANSITIVE(false, true, true),
    FULL(true, true, false),
    FULL_TRANSITIVE(true, true, true);

    private final boolean readsOld;
    private final boolean oldReads;
    private final boolean all;

    CompatibilityLevel(boolean readsOld, boolean oldReads, boolean all) {
        this.readsOld = readsOld;
        this.oldReads = oldReads;
        this.all = all;
    }

    /** The level of that name; empty when there is none. */
    public static Optional<CompatibilityLevel> named(String name) {
        return Arrays.stream(values())
                .filter(level -> level.name().equals(name))
                .findFirst();
    }

    /**
     * What is wrong with a new version; empty when nothing is.
     *
     * @param earlier versions so far, oldest first
     */
    public List<String> faults(Schema next, List<Schema> earlier) {
        List<Schema> judged = all || earlier.isEmpty() ? earlier : earlier.subList(earlier.size() - 1, earlier.size());
        return judged.stream()
                .flatMap(old -> Stream.concat(
                        readsOld
                                ? faults(next, old, "the new schema cannot read what the old one wrote").stream()
                                : Stream.empty(),
                        oldReads
                                ? faults(old, next, "the old schema cannot read what the new one writes").stream()
                                : Stream.empty()))
                .toList();
    }

    private static List<String> faults(Schema reader, Schema writer, String what) {
        SchemaCompatibility.SchemaPairCompatibility found =
                SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
        if (found.getType() == SchemaCompatibilityType.COMPATIBLE) {
            return List.of();
        }
        return found.getResult().getIncompatibilities().stream()
                .map(one -> what + ": " + one.getType() + " at " + one.getLocation() + ": " + one.getMessage())
                .toList();
    }
}
