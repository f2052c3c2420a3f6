package org.dmsc.node.enrol;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.enrol.EnrolmentClient;
import org.dmsc.tenant.enrol.EnrolmentClient.KeyAndRequest;
import org.dmsc.tenant.keys.SecretFile;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.Pem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One certificate of this process with its key, in one file that only its owner reads, renewed at half of its life give or take a tenth. Whoever
 * asks gets the one of now and never waits. Thread-safe.
 */
public final class EnrolledIdentity implements Supplier<IssuedIdentity> {

    private static final Logger LOG = LoggerFactory.getLogger(EnrolledIdentity.class);
    private static final double HALF = 0.5;
    private static final double TENTH = 0.1;
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final String BEGIN_KEY = "-----BEGIN PRIVATE KEY-----";
    private static final String END_KEY = "-----END PRIVATE KEY-----";

    private final Path file;
    private final Enroller enroller;
    private final Clock clock;
    private final double share;
    private volatile IssuedIdentity current;
    private volatile Instant renewAt;

    private EnrolledIdentity(Path file, Enroller enroller, Clock clock, SecureRandom random, IssuedIdentity current) {
        this.file = file;
        this.enroller = enroller;
        this.clock = clock;
        this.share = HALF + HALF * TENTH * (2 * random.nextDouble() - 1);
        this.current = current;
        this.renewAt = due(current);
    }

    /**
     * The identity of a file, or a new one.
     *
     * @param user {@code kind/name}, as it was invited
     * @param token used only when the file has none that is in force
     * @throws NodeException USAGE when there is neither
     */
    static EnrolledIdentity open(
            Path file, String user, Optional<String> token, Enroller enroller, Clock clock, SecureRandom random) {
        Optional<IssuedIdentity> kept = SecretFile.read(file)
                .map(bytes -> parse(file, new String(bytes, StandardCharsets.US_ASCII)))
                .filter(identity ->
                        clock.instant().isBefore(identity.leaf().getNotAfter().toInstant()));
        if (kept.isPresent()) {
            return new EnrolledIdentity(file, enroller, clock, random, kept.get());
        }
        String shown = token.orElseThrow(() -> new NodeException(
                ExitCode.USAGE,
                "enrol.token: missing, and " + file + " has no certificate of " + user
                        + " that is in force (expected the token of: dmsc node invite)"));
        KeyAndRequest made = EnrolmentClient.request(random);
        IssuedIdentity enrolled = enroller.enrol(user, shown, made);
        write(file, enrolled);
        LOG.atInfo()
                .addKeyValue("identity", user)
                .addKeyValue("notAfter", enrolled.leaf().getNotAfter().toInstant())
                .log("enrolled");
        return new EnrolledIdentity(file, enroller, clock, random, enrolled);
    }

    @Override
    public IssuedIdentity get() {
        return current;
    }

    /** Renews it when it is time. MAY block; one thread only. */
    void renewIfDue(SecureRandom random) {
        if (clock.instant().isBefore(renewAt)) {
            return;
        }
        try {
            KeyAndRequest made = EnrolmentClient.request(random);
            IssuedIdentity renewed = enroller.renew(current, made);
            write(file, renewed);
            current = renewed;
            renewAt = due(renewed);
            LOG.atInfo()
                    .addKeyValue("file", file.getFileName())
                    .addKeyValue("notAfter", renewed.leaf().getNotAfter().toInstant())
                    .log("certificate renewed");
        } catch (RuntimeException e) {
            renewAt = clock.instant().plus(AGAIN);
            LOG.atError()
                    .addKeyValue("file", file.getFileName())
                    .addKeyValue("notAfter", current.leaf().getNotAfter().toInstant())
                    .addKeyValue("cause", e.getMessage())
                    .log("certificate of this node cannot be renewed; the present one is used on");
        }
    }

    private Instant due(IssuedIdentity identity) {
        Instant begin = identity.leaf().getNotBefore().toInstant().plus(IssuedIdentity.BACKDATING);
        Duration life = Duration.between(begin, identity.leaf().getNotAfter().toInstant());
        return begin.plusMillis((long) (life.toMillis() * share));
    }

    /** One file, so that key and certificate are always of one another. */
    private static void write(Path file, IssuedIdentity identity) {
        SecretFile.write(file, (identity.keyPem() + identity.certificatePem()).getBytes(StandardCharsets.US_ASCII));
    }

    private static IssuedIdentity parse(Path file, String text) {
        int begin = text.indexOf(BEGIN_KEY);
        int end = text.indexOf(END_KEY);
        if (begin < 0 || end < begin) {
            throw damaged(file, "it holds no key");
        }
        List<X509Certificate> chain = new ArrayList<>(Pem.certificates(text.substring(end + END_KEY.length())));
        try {
            byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN_KEY.length(), end));
            PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
            return new IssuedIdentity(key, chain);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw damaged(file, String.valueOf(e.getMessage()));
        }
    }

    private static NodeException damaged(Path file, String why) {
        return new NodeException(
                ExitCode.USAGE,
                file + ": " + why + " (expected a key and its certificates; remove the file and enrol again)");
    }
}
