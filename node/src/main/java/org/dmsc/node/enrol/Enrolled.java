package org.dmsc.node.enrol;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.keys.SecretFile;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.Pem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of a process without a keys folder, below its data folder:
 *
 * <pre>
 *   identity/&lt;kind&gt;.pem     key, certificate, issuing CA
 *   identity/platform.pem   the issuing CAs of nodes and operators
 * </pre>
 * A thread of its own renews the first at half of their lives and looks at the second once a minute.
 */
public final class Enrolled implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Enrolled.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration AUTHORITIES = Duration.ofMinutes(1);
    private static final String PLATFORM = "platform.pem";

    private final Path folder;
    private final X509Certificate root;
    private final Enroller enroller;
    private final Map<String, EnrolledIdentity> identities;
    private final ScheduledExecutorService thread;
    private volatile List<X509Certificate> platformCas;

    private Enrolled(Path folder, X509Certificate root, Enroller enroller, Map<String, EnrolledIdentity> identities) {
        this.folder = folder;
        this.root = root;
        this.enroller = enroller;
        this.identities = identities;
        this.platformCas = kept(folder);
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "dmsc-identity");
            made.setDaemon(true);
            return made;
        });
    }

    /**
     * What the process needs.
     *
     * @param folder its own
     * @param name of the process
     * @param kinds of node that it is
     * @param token needed for those kinds that have no certificate in force
     */
    public record Wish(Path folder, String name, Set<String> kinds, Optional<JoinToken> token) {}

    /**
     * Reads what is there, enrols for the rest, and begins to renew.
     *
     * @throws NodeException when something is missing and cannot be had
     */
    public static Enrolled open(Wish wish, X509Certificate root, Enroller enroller, Clock clock, SecureRandom random) {
        Map<String, EnrolledIdentity> identities = new LinkedHashMap<>();
        for (String kind : wish.kinds()) {
            identities.put(
                    kind,
                    EnrolledIdentity.open(
                            wish.folder().resolve(kind + ".pem"),
                            kind + "/" + wish.name(),
                            wish.token().map(JoinToken::byKind).map(tokens -> tokens.get(kind)),
                            enroller,
                            clock,
                            random));
        }
        Enrolled enrolled = new Enrolled(wish.folder(), root, enroller, identities);
        enrolled.lookAtAuthorities();
        enrolled.start(random);
        return enrolled;
    }

    private void start(SecureRandom random) {
        ScheduledFuture<?> renewing = thread.scheduleWithFixedDelay(
                () -> identities.values().forEach(identity -> identity.renewIfDue(random)),
                LOOK.toMillis(),
                LOOK.toMillis(),
                TimeUnit.MILLISECONDS);
        ScheduledFuture<?> looking = thread.scheduleWithFixedDelay(
                this::lookAtAuthorities, AUTHORITIES.toMillis(), AUTHORITIES.toMillis(), TimeUnit.MILLISECONDS);
        LOG.atDebug()
                .addKeyValue("renewing", !renewing.isCancelled())
                .addKeyValue("looking", !looking.isCancelled())
                .log("identities are kept");
    }

    /** The only trust anchor. */
    public X509Certificate root() {
        return root;
    }

    /** The issuing CAs of nodes and operators, as last heard. */
    public List<X509Certificate> platformCas() {
        return platformCas;
    }

    /** The identity of one kind, as it is now; it MUST be one of those that were wished for. */
    public Supplier<IssuedIdentity> identity(String kind) {
        EnrolledIdentity found = identities.get(kind);
        if (found == null) {
            throw new IllegalStateException("no identity of kind " + kind + ", only " + identities.keySet());
        }
        return found;
    }

    private static List<X509Certificate> kept(Path folder) {
        return SecretFile.read(folder.resolve(PLATFORM))
                .map(bytes -> Pem.certificates(new String(bytes, StandardCharsets.US_ASCII)))
                .orElse(List.of());
    }

    private void lookAtAuthorities() {
        try {
            List<X509Certificate> now = enroller.platformCas();
            if (!now.isEmpty() && !now.equals(platformCas)) {
                SecretFile.write(folder.resolve(PLATFORM), Pem.of(now).getBytes(StandardCharsets.US_ASCII));
                platformCas = now;
            }
        } catch (RuntimeException e) {
            // Those that are known go on to count; the next look may do better.
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("CAs of the platform could not be looked at");
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
