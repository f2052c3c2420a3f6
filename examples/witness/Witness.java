import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;

/**
 * A small witness of transparency logs (C2SP tlog-witness, tlog-cosignature v1) in one file, with nothing but a JDK:
 *
 * <pre>
 *   java Witness.java witness.example.org 8447 FOLDER 'LOG-VKEY'...
 * </pre>
 *
 * It prints its own vkey, remembers in FOLDER the largest tree that it saw of each log, and cosigns a checkpoint only if it extends that one.
 */
public final class Witness {

    private static final byte[] X509_ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final byte LOG = 1;
    private static final byte COSIGNER = 4;
    private static final int MOST_BYTES = 64 * 1024;

    private final String name;
    private final KeyPair keys;
    private final Path folder;
    private final Map<String, List<byte[]>> logs;
    private final Clock clock = Clock.systemUTC();

    private Witness(String name, Path folder, Map<String, List<byte[]>> logs) throws Exception {
        this.name = name;
        this.folder = folder;
        this.logs = logs;
        this.keys = keys(folder.resolve("witness.key"));
    }

    /** Serves until it is stopped. */
    public static void main(String[] args) throws Exception {
        if (args.length < 3) {
            System.err.println("usage: java Witness.java NAME PORT FOLDER LOG-VKEY...");
            System.exit(2);
        }
        Path folder = Files.createDirectories(Path.of(args[2]));
        Map<String, List<byte[]>> logs = new TreeMap<>();
        for (String vkey : Arrays.copyOfRange(args, 3, args.length)) {
            String[] parts = vkey.split("\\+", 3);
            byte[] key = Base64.getDecoder().decode(parts[2]);
            if (key.length != 33 || key[0] != LOG) {
                throw new IllegalArgumentException("not the vkey of a log: " + vkey);
            }
            logs.computeIfAbsent(parts[0], origin -> new ArrayList<>()).add(Arrays.copyOfRange(key, 1, 33));
        }
        Witness witness = new Witness(args[0], folder, logs);
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1])), 0);
        server.createContext("/add-checkpoint", witness::answer);
        server.setExecutor(Executors.newSingleThreadExecutor());
        server.start();
        System.out.println(witness.vkey());
        System.out.println("listening on " + server.getAddress().getPort());
    }

    private record Reply(int status, String type, String text) {
        static Reply plain(int status, String text) {
            return new Reply(status, "text/plain; charset=utf-8", text + "\n");
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        Reply reply;
        try {
            byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES);
            reply = exchange.getRequestMethod().equals("POST")
                    ? added(new String(body, StandardCharsets.UTF_8))
                    : Reply.plain(405, "POST only");
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            reply = Reply.plain(400, "cannot be read: " + e.getMessage());
        } catch (GeneralSecurityException e) {
            reply = Reply.plain(500, "cannot sign");
        }
        byte[] bytes = reply.text().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", reply.type());
        exchange.sendResponseHeaders(reply.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Reply added(String body) throws GeneralSecurityException, IOException {
        int gap = body.indexOf("\n\n");
        String[] head = body.substring(0, gap).split("\n", -1);
        if (!head[0].startsWith("old ")) {
            return Reply.plain(400, "expected: old SIZE");
        }
        long old = Long.parseLong(head[0].substring("old ".length()));
        List<byte[]> proof = Arrays.stream(head).skip(1).map(Base64.getDecoder()::decode).toList();
        String note = body.substring(gap + 2);
        int end = note.lastIndexOf("\n\n");
        String text = note.substring(0, end + 1);
        String[] lines = text.split("\n", -1);
        String origin = lines[0];
        if (!logs.containsKey(origin)) {
            return Reply.plain(404, "no such log here");
        }
        if (!isSigned(origin, text, note.substring(end + 2))) {
            return Reply.plain(403, "no valid signature of a known key");
        }
        long size = Long.parseLong(lines[1]);
        byte[] root = Base64.getDecoder().decode(lines[2]);
        Path file = folder.resolve(hex(sha256(origin.getBytes(StandardCharsets.UTF_8))) + ".seen");
        long seen = 0;
        byte[] seenRoot = new byte[0];
        if (Files.exists(file)) {
            List<String> kept = Files.readAllLines(file);
            seen = Long.parseLong(kept.get(0));
            seenRoot = Base64.getDecoder().decode(kept.get(1));
        }
        if (old > size) {
            return Reply.plain(400, "old is larger than the checkpoint");
        }
        if (old != seen) {
            return new Reply(409, "text/x.tlog.size", seen + "\n");
        }
        if (seen > 0 && !extend(seen, seenRoot, size, root, proof)) {
            return Reply.plain(422, "the proof does not show that the checkpoint extends the tree of " + seen);
        }
        keep(file, size + "\n" + lines[2] + "\n");
        return new Reply(200, "text/plain; charset=utf-8", cosignature(text));
    }

    /** Forced to disk before anybody sees the signature. */
    private static void keep(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (FileChannel out = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            out.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private boolean isSigned(String origin, String text, String signatures) throws GeneralSecurityException {
        for (String line : signatures.split("\n")) {
            String[] parts = line.split(" ");
            if (parts.length != 3 || !parts[1].equals(origin)) {
                continue;
            }
            byte[] all = Base64.getDecoder().decode(parts[2]);
            for (byte[] key : logs.get(origin)) {
                if (ByteBuffer.wrap(all).getInt() == id(origin, LOG, key)
                        && verifies(key, text.getBytes(StandardCharsets.UTF_8), Arrays.copyOfRange(all, 4, all.length))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean verifies(byte[] key, byte[] message, byte[] signature) throws GeneralSecurityException {
        PublicKey known = KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(join(X509_ED25519, key)));
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(known);
        verifier.update(message);
        return signature.length == 64 && verifier.verify(signature);
    }

    private String cosignature(String text) throws GeneralSecurityException {
        long time = clock.instant().getEpochSecond();
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(keys.getPrivate());
        signer.update(("cosignature/v1\ntime " + time + "\n" + text).getBytes(StandardCharsets.UTF_8));
        byte[] signature = signer.sign();
        byte[] all = ByteBuffer.allocate(4 + 8 + signature.length)
                .putInt(id(name, COSIGNER, raw()))
                .putLong(time)
                .put(signature)
                .array();
        return "\u2014 " + name + " " + Base64.getEncoder().encodeToString(all) + "\n";
    }

    private String vkey() throws GeneralSecurityException {
        String id = HexFormat.of().toHexDigits(id(name, COSIGNER, raw()));
        return name + "+" + id + "+" + Base64.getEncoder().encodeToString(join(new byte[] {COSIGNER}, raw()));
    }

    private byte[] raw() {
        byte[] encoded = keys.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    }

    private static int id(String name, byte type, byte[] key) throws GeneralSecurityException {
        byte[] named = (name + "\n").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.wrap(sha256(join(join(named, new byte[] {type}), key))).getInt();
    }

    /** RFC 9162 2.1.4.2. */
    private static boolean extend(long small, byte[] smallRoot, long large, byte[] largeRoot, List<byte[]> proof)
            throws GeneralSecurityException {
        if (small == large) {
            return proof.isEmpty() && Arrays.equals(smallRoot, largeRoot);
        }
        List<byte[]> path = new ArrayList<>(proof);
        if (Long.bitCount(small) == 1) {
            path.add(0, smallRoot);
        }
        if (path.isEmpty()) {
            return false;
        }
        int whole = Long.numberOfTrailingZeros(small);
        long place = (small - 1) >> whole;
        long last = (large - 1) >> whole;
        byte[] one = path.get(0);
        byte[] two = path.get(0);
        for (byte[] next : path.subList(1, path.size())) {
            if (last == 0) {
                return false;
            }
            if ((place & 1) == 1 || place == last) {
                one = node(next, one);
                two = node(next, two);
                while ((place & 1) == 0 && place != 0) {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                two = node(two, next);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && Arrays.equals(one, smallRoot) && Arrays.equals(two, largeRoot);
    }

    private static byte[] node(byte[] left, byte[] right) throws GeneralSecurityException {
        return sha256(join(join(new byte[] {1}, left), right));
    }

    private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static KeyPair keys(Path file) throws Exception {
        if (!Files.exists(file)) {
            KeyPair made = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            Files.write(file, List.of(
                    Base64.getEncoder().encodeToString(made.getPrivate().getEncoded()),
                    Base64.getEncoder().encodeToString(made.getPublic().getEncoded())));
            file.toFile().setReadable(false, false);
            file.toFile().setReadable(true, true);
        }
        List<String> lines = Files.readAllLines(file);
        KeyFactory factory = KeyFactory.getInstance("Ed25519");
        PrivateKey secret = factory.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(lines.get(0))));
        PublicKey known = factory.generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(lines.get(1))));
        return new KeyPair(known, secret);
    }
}
