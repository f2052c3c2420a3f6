package org.dmsc.bridge.http.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each codec of A2A under bytes that nobody meant: the kept corpus and changes of it in every run, a fuzzer that follows the code's branches
 * (Jazzer) in long runs. The corpus is in {@code src/test/resources}: good inputs, and beside them, in {@code found}, some that a fuzzer came upon; what it finds
 * anew it leaves in {@code target/fuzz}.
 */
final class CodecFuzzTest {

    private static final int CHANGES = 1_000;

    @ParameterizedTest
    @ValueSource(strings = {"jsonRpc", "httpJson", "grpc", "old"})
    void readsOrRefusesTheCorpusAndChangesOfIt(String codec) throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        List<byte[]> corpus = corpus(codec);
        assertThat(corpus).hasSizeGreaterThanOrEqualTo(4);
        for (byte[] good : corpus) {
            CodecFuzz.CODECS.get(codec).accept(good);
            for (int i = 0; i < CHANGES; i++) {
                CodecFuzz.CODECS.get(codec).accept(changed(random, good, corpus));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jsonRpc", "httpJson", "grpc", "old"})
    void readsOrRefusesWhatAFuzzerCameUpon(String codec) throws Exception {
        List<byte[]> found = corpus("found/" + codec);
        assertThat(found).isNotEmpty();
        found.forEach(CodecFuzz.CODECS.get(codec));
    }

    @ParameterizedTest
    @Tag("long")
    @ValueSource(strings = {"jsonRpc", "httpJson", "grpc", "old"})
    void survivesAFuzzer(String codec) throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        assumeTrue(
                classPath.contains("jazzer-"),
                "Jazzer is not on the class path (expected mvn -Dfuzz, with a registry that has it)");
        Path found = Files.createDirectories(Path.of("target", "fuzz", codec));
        Path log = found.resolveSibling(codec + ".log");
        Process fuzzer = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx700m",
                        "-Ddmsc.fuzz.codec=" + codec,
                        "-cp",
                        classPath,
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + CodecFuzz.class.getName(),
                        "--instrumentation_includes=org.dmsc.**:com.fasterxml.jackson.**:com.google.protobuf.**",
                        "--reproducer_path=" + found.getParent(),
                        "-artifact_prefix=" + found.getParent() + "/",
                        "-max_total_time=" + Long.getLong("dmsc.fuzz.seconds", 60),
                        "-max_len=8192",
                        "-timeout=20",
                        "-rss_limit_mb=3000",
                        "-print_final_stats=1",
                        found.toString(),
                        folder(codec).toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();

        int end = fuzzer.waitFor();

        assertThat(end).as("see %s", log).isZero();
        assertThat(Files.readString(log)).contains("stat::number_of_executed_units");
    }

    private static byte[] changed(SplittableRandom random, byte[] good, List<byte[]> corpus) {
        byte[] bytes = good.clone();
        for (int change = random.nextInt(4); change >= 0 && bytes.length > 2; change--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                default -> {
                    byte[] other = corpus.get(random.nextInt(corpus.size()));
                    int from = random.nextInt(other.length);
                    int length = Math.min(Math.min(64, other.length - from), bytes.length - at);
                    System.arraycopy(other, from, bytes, at, length);
                }
            }
        }
        return bytes;
    }

    private static List<byte[]> corpus(String codec) throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(folder(codec))) {
            return files.sorted().map(CodecFuzzTest::bytes).toList();
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Path folder(String codec) throws URISyntaxException {
        return Path.of(
                CodecFuzzTest.class.getResource("CodecFuzzTestInputs/" + codec).toURI());
    }
}
