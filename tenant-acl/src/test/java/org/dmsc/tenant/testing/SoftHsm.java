package org.dmsc.tenant.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A token of SoftHSM ({@code apt-get install softhsm2}) in a folder of its own, and a JVM of its own that uses it: the library reads its
 * configuration from the environment of the process that loads it.
 */
public final class SoftHsm {

    private static final String PIN = "1234";
    private static final Path LIBRARY = Stream.of(
                    "/usr/lib/softhsm/libsofthsm2.so",
                    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                    "/usr/lib64/pkcs11/libsofthsm2.so")
            .map(Path::of)
            .filter(Files::exists)
            .findFirst()
            .orElse(Path.of("/usr/lib/softhsm/libsofthsm2.so"));

    private SoftHsm() {}

    /** Skips the test where there is none. */
    public static void assumeInstalled() {
        assumeTrue(Files.exists(LIBRARY), "SoftHSM is not installed: apt-get install softhsm2");
    }

    /** The PKCS#11 library. The token is that of slot 0. */
    public static Path library() {
        return LIBRARY;
    }

    /** The user PIN. */
    public static char[] pin() {
        return PIN.toCharArray();
    }

    /** Makes a token in that folder, and runs a main class of the tests with it. Its assertions are the caller's. */
    public static void run(Path dir, Class<?> main) throws IOException, InterruptedException {
        Files.createDirectories(dir.resolve("tokens"));
        Files.writeString(
                dir.resolve("softhsm2.conf"),
                "directories.tokendir = " + dir.resolve("tokens") + "\nobjectstore.backend = file\n");
        execute(
                dir,
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                "dmsc",
                "--so-pin",
                "12345678",
                "--pin",
                PIN);
        execute(
                dir,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
    }

    private static void execute(Path dir, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SOFTHSM2_CONF", dir.resolve("softhsm2.conf").toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }
}
