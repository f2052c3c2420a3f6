package org.dmsc.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmsc.schemas.avro.AuditKind;
import org.junit.jupiter.api.Test;

/** The table of docs/audit-completeness.md against the code. */
final class AuditCompletenessTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");
    private static final int CELLS = 5;
    private static final int WRITERS = 2;
    private static final int TESTS = 4;

    @Test
    void everyKindHasAWriterThatWritesItAndATestThatExists() throws IOException {
        Set<String> main = sources("main");
        Set<String> tests = sources("test");
        Set<String> kinds = new HashSet<>();
        List<String> missing = new ArrayList<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs/audit-completeness.md"))) {
            String[] cells = line.split("\\|", -1);
            if (cells.length != CELLS + 1 || !line.contains("`")) {
                continue;
            }
            kinds.addAll(names(cells[1]));
            names(cells[WRITERS]).stream()
                    .filter(name -> !main.contains(name + ".java"))
                    .forEach(missing::add);
            names(cells[TESTS]).stream()
                    .filter(name -> !tests.contains(name + ".java"))
                    .forEach(missing::add);
            assertThat(names(cells[TESTS])).as(line).isNotEmpty();
        }

        assertThat(missing).as("classes that the table names").isEmpty();
        assertThat(kinds)
                .containsExactlyInAnyOrderElementsOf(Stream.of(AuditKind.values())
                        .filter(kind -> kind != AuditKind.UNKNOWN)
                        .map(AuditKind::name)
                        .toList());
    }

    private static List<String> names(String cell) {
        Matcher matcher = NAME.matcher(cell);
        List<String> names = new ArrayList<>();
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    private static Set<String> sources(String kind) throws IOException {
        Set<String> names = new HashSet<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.toList()) {
                Path folder = module.resolve("src").resolve(kind).resolve("java");
                if (Files.isDirectory(folder)) {
                    try (Stream<Path> files = Files.walk(folder)) {
                        names.addAll(
                                files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
                    }
                }
            }
        }
        return names;
    }
}
