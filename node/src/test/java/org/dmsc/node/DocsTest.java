package org.dmsc.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmsc.schemas.TopicNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents may not drift: what they name in back-ticks exists, and links lead somewhere. */
class DocsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern TYPE = Pattern.compile(
            "`([A-Z][a-z]+[A-Za-z0-9]*[A-Z][A-Za-z0-9]*|Gateway|Exchange|Caller|Envelopes|Gatekeeper)`");
    private static final Pattern FABRIC_TOPIC = Pattern.compile("`(dmsc\\.(?:sys\\.[a-z-]+|audit[a-z.]*))`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");
    /** Names of the A2A protocol and of other people's software. */
    private static final Set<String> NOT_OURS = Set.of("GetTask", "SendMessage", "SendStreamingMessage", "TaskQueries");

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "ARCHITECTURE.md"})
    void namesOnlyTypesThatExist(String document) throws IOException {
        Set<String> named = matches(TYPE, document);
        named.removeAll(NOT_OURS);

        Set<String> missing = new TreeSet<>(named);
        missing.removeAll(typesInTheSources());

        assertThat(missing)
                .as("types named in " + document + " that no source file defines")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "ARCHITECTURE.md"})
    void namesOnlyTopicsThatExist(String document) throws IOException {
        Set<String> known = Set.of(
                TopicNames.TENANTS,
                TopicNames.REGISTRY,
                TopicNames.GATEWAYS,
                TopicNames.ENROLMENTS,
                TopicNames.PUSH,
                TopicNames.OWED,
                TopicNames.QUARANTINE,
                TopicNames.PURGES,
                TopicNames.LANES,
                TopicNames.SCHEMAS,
                TopicNames.LESSONS,
                TopicNames.MODELS,
                TopicNames.REVOCATIONS,
                TopicNames.REVOCATION_ACKS,
                TopicNames.USAGE,
                TopicNames.AUDIT_INTAKE,
                TopicNames.AUDIT,
                TopicNames.AUDIT_CHECKPOINTS);

        assertThat(known).as("topics of the fabric").containsAll(matches(FABRIC_TOPIC, document));
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "ARCHITECTURE.md", "docs/decisions/README.md", "examples/README.md"})
    void linksLeadSomewhere(String document) throws IOException {
        Path folder = ROOT.resolve(document).getParent();

        List<String> broken = matches(LINK, document).stream()
                .filter(link -> !Files.exists(folder.resolve(link)))
                .toList();

        assertThat(broken).as("links of " + document).isEmpty();
    }

    @Test
    void architectureFitsOnOnePage() throws IOException {
        assertThat(Files.readAllLines(ROOT.resolve("ARCHITECTURE.md"))).hasSizeLessThanOrEqualTo(200);
    }

    private static Set<String> matches(Pattern pattern, String document) throws IOException {
        return pattern.matcher(Files.readString(ROOT.resolve(document)))
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> typesInTheSources() throws IOException {
        try (Stream<Path> all = Files.walk(ROOT, 16)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".java") || name.endsWith(".avsc"))
                    .map(name -> name.replaceFirst("\\.(java|avsc)$", ""))
                    .flatMap(name -> Stream.of(name, camel(name)))
                    .collect(Collectors.toSet());
        }
    }

    /** {@code sealed-envelope.avsc} defines SealedEnvelope. */
    private static String camel(String name) {
        return Stream.of(name.split("-"))
                .map(word -> word.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }
}
