package org.dmsc.tenant.log;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.keys.SecretFile;

/**
 * The keys that a fabric's logs are signed with, in a folder:
 *
 * <pre>
 *   signing.keys   one Ed25519 seed per line, Base64, newest first; each signs every checkpoint
 *   signing.pub    the public keys in the same order
 * </pre>
 *
 * To rotate, put a new seed on top and start the signer again; when all verifiers know the new key, take the old line away.
 */
public final class LogKeys {

    private static final String SECRET = "signing.keys";
    private static final String PUBLIC = "signing.pub";

    private final List<byte[]> seeds;

    private LogKeys(List<byte[]> seeds) {
        this.seeds = List.copyOf(seeds);
    }

    /**
     * Opens the folder; makes a key when there is none.
     *
     * @throws RefusedException INVALID_CONFIGURATION when others may read the file, or a line is no seed
     */
    public static LogKeys openOrCreate(Path folder, SecureRandom random) {
        Path file = folder.resolve(SECRET);
        if (SecretFile.read(file).isEmpty()) {
            byte[] seed = new byte[NoteSigner.SEED_BYTES];
            random.nextBytes(seed);
            SecretFile.write(
                    file, (Base64.getEncoder().encodeToString(seed) + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        List<byte[]> seeds = lines(file);
        if (seeds.isEmpty()) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION, file + " holds no key (expected one seed per line; restore it)");
        }
        byte[] known = publicKeys(seeds).getBytes(StandardCharsets.US_ASCII);
        if (SecretFile.read(folder.resolve(PUBLIC))
                .filter(there -> java.util.Arrays.equals(there, known))
                .isEmpty()) {
            SecretFile.write(folder.resolve(PUBLIC), known);
        }
        return new LogKeys(seeds);
    }

    /** What verifies the log of that origin, from the public file; empty when there is none. */
    public static List<NoteKey> verifiers(Path folder, String origin) {
        return lines(folder.resolve(PUBLIC)).stream()
                .map(key -> new NoteKey(origin, key))
                .toList();
    }

    /** Signs the log of that origin with each key. */
    public List<NoteSigner> signers(String origin) {
        return seeds.stream().map(seed -> new NoteSigner(origin, seed)).toList();
    }

    private static String publicKeys(List<byte[]> seeds) {
        return seeds.stream()
                .map(seed -> new Ed25519PrivateKeyParameters(seed)
                        .generatePublicKey()
                        .getEncoded())
                .map(key -> Base64.getEncoder().encodeToString(key) + "\n")
                .collect(Collectors.joining());
    }

    private static List<byte[]> lines(Path file) {
        List<byte[]> keys = SecretFile.read(file).stream()
                .flatMap(text -> new String(text, StandardCharsets.US_ASCII).lines())
                .filter(line -> !line.isBlank())
                .map(line -> Text.decode(line.strip()))
                .toList();
        if (keys.stream().anyMatch(key -> key.length != NoteSigner.SEED_BYTES)) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    file + " has a line that is no Ed25519 key (expected 32 bytes in Base64; restore it)");
        }
        return keys;
    }

    @Override
    public String toString() {
        return seeds.size() + " signing keys";
    }
}
