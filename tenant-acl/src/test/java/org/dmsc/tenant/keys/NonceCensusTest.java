package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedPart;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that seal as fast as they can, killed one after the other; all of them share the vault. */
@Tag("long")
@Tag("case-83")
@Timeout(3600)
final class NonceCensusTest {

    private static final int KILLS = Integer.getInteger("dmsc.kills", 1_000);
    private static final TenantId ACME = new TenantId("acme");
    private static final char[] PASSWORD = "correct horse battery staple".toCharArray();

    @TempDir
    Path folder;

    @Test
    @DisplayName("case 83: kill -9 of what seals, 1,000 times under load -> no pair of data key and nonce comes twice")
    void noPairOfKeyAndNonceComesTwice() throws Exception {
        Pkcs12KeyVault.open(folder, PASSWORD, Set.of(KeyClass.PAYLOAD)).create(ACME, KeyClass.PAYLOAD);
        Random random = new Random(83);
        Set<String> pairs = new HashSet<>();
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < KILLS; i++) {
            Process process = start();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
                read(lines, 1 + random.nextInt(200), pairs, keys);
                process.toHandle().destroyForcibly();
                read(lines, Integer.MAX_VALUE, pairs, keys);
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        System.out.println(KILLS + " kills, " + pairs.size() + " records sealed under " + keys.size()
                + " data keys: no pair of key and nonce came twice");
        assertThat(keys).hasSize(KILLS);
    }

    /** The last line of a killed process may be cut. */
    private static void read(BufferedReader lines, int most, Set<String> pairs, Set<String> keys) throws IOException {
        for (int i = 0; i < most; i++) {
            String line = lines.readLine();
            if (line == null) {
                return;
            }
            String[] words = line.split(" ", -1);
            if (words.length == 3 && words[2].equals(".")) {
                assertThat(pairs.add(words[0] + " " + words[1])).as(line).isTrue();
                keys.add(words[0]);
            }
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NonceCensusTest.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** One that seals until it is killed. */
    public static void main(String[] arguments) {
        Pkcs12KeyVault vault = Pkcs12KeyVault.open(Path.of(arguments[0]), PASSWORD, Set.of(KeyClass.PAYLOAD));
        AesGcmEnvelopeCipher cipher = new AesGcmEnvelopeCipher(vault, new SecureRandom(), Clock.systemUTC());
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        for (long number = 0; !out.checkError(); number++) {
            SealedPart part =
                    cipher.seal(KeyClass.PAYLOAD, context("m" + number), "some text".getBytes(StandardCharsets.UTF_8));
            out.println(base64(part.getWrappedKey()) + " " + base64(part.getNonce()) + " .");
        }
    }

    private static SealContext context(String messageId) {
        return new SealContext(
                ACME, "tasks", messageId, "spiffe://acme.fabric.localhost/agent/a", "", "application/json", 7, 42);
    }

    private static String base64(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return Base64.getEncoder().encodeToString(copy);
    }
}
