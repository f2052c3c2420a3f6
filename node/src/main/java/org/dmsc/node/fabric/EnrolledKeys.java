package org.dmsc.node.fabric;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.dmsc.node.config.EnrolConfig;
import org.dmsc.node.config.FabricConfig;
import org.dmsc.node.config.Role;
import org.dmsc.node.enrol.Enrolled;
import org.dmsc.node.enrol.Enroller;
import org.dmsc.node.enrol.JoinToken;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.AuditHmac;
import org.dmsc.tenant.keys.DataKeys;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.PatientDataKeys;
import org.dmsc.tenant.keys.remote.AwaitedDataKeys;
import org.dmsc.tenant.keys.remote.RemoteDataKeys;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.pki.Pem;

/** {@link NodeKeys} of a process that enrolled. Which keys it is given is decided by the keys node, not here. */
final class EnrolledKeys implements NodeKeys, AutoCloseable {

    private static final Duration STREAM_PATIENCE = Duration.ofSeconds(10);
    private static final Duration VIEW_PATIENCE = Duration.ofDays(1);

    private final Path data;
    private final Enrolled enrolled;
    private final RemoteDataKeys remote;
    private final SecureRandom random;
    private final Clock clock;

    private EnrolledKeys(Path data, Enrolled enrolled, RemoteDataKeys remote, SecureRandom random, Clock clock) {
        this.data = data;
        this.enrolled = enrolled;
        this.remote = remote;
        this.random = random;
        this.clock = clock;
    }

    /** Enrols if need be. */
    static EnrolledKeys open(FabricConfig config, EnrolConfig how, Clock clock, SecureRandom random) {
        X509Certificate root = root(how.ca());
        Set<String> kinds = kinds(config);
        Enrolled enrolled = Enrolled.open(
                new Enrolled.Wish(
                        config.data().resolve("identity"),
                        config.node(),
                        kinds,
                        how.token().map(JoinToken::parse)),
                root,
                new Enroller(how.gateway(), root),
                clock,
                random);
        RemoteDataKeys remote = new RemoteDataKeys(
                how.keysNode(), enrolled.identity(kinds.iterator().next()), root, new FabricDomain(config.domain()));
        return new EnrolledKeys(config.data(), enrolled, remote, random, clock);
    }

    /** As what the process is known; first the kind that may have most keys. */
    private static Set<String> kinds(FabricConfig config) {
        Set<String> kinds = new LinkedHashSet<>();
        if (config.isGateway()) {
            kinds.add(KafkaRole.GATEWAY.kind());
        }
        if (config.has(Role.ROUTER)) {
            kinds.add(KafkaRole.ROUTER.kind());
        }
        if (config.has(Role.REGISTRY)) {
            kinds.add(KafkaRole.REGISTRY.kind());
        }
        return kinds;
    }

    private static X509Certificate root(Path file) {
        try {
            X509Certificate root = Pem.certificate(Files.readString(file, StandardCharsets.US_ASCII));
            PeerValidator.requireRoot(root);
            return root;
        } catch (java.io.IOException | RefusedException e) {
            throw new NodeException(
                    ExitCode.USAGE,
                    "enrol.ca: " + file + ": " + e.getMessage() + " (expected the fabric's root, its ca.pem)",
                    e);
        }
    }

    @Override
    public X509Certificate root() {
        return enrolled.root();
    }

    @Override
    public List<X509Certificate> platformCas() {
        return enrolled.platformCas();
    }

    @Override
    public Supplier<IssuedIdentity> identity(String kind) {
        return enrolled.identity(kind);
    }

    @Override
    public AesGcmEnvelopeCipher cipher(Set<KeyClass> classes, Reader reader) {
        return new AesGcmEnvelopeCipher(dataKeys(reader), random, clock);
    }

    private DataKeys dataKeys(Reader reader) {
        switch (reader) {
            case EDGE:
                return new PatientDataKeys(remote, clock);
            case VIEW:
                return new AwaitedDataKeys(remote, VIEW_PATIENCE);
            case STREAM:
                return new AwaitedDataKeys(remote, STREAM_PATIENCE);
            default:
                throw new IllegalStateException("unknown reader: " + reader);
        }
    }

    @Override
    public AuditHmac auditHmac() {
        return remote.auditHmac();
    }

    @Override
    public Path auditFolder() {
        return data.resolve("audit");
    }

    @Override
    public Optional<Keyring> keyring() {
        return Optional.empty();
    }

    @Override
    public void close() {
        enrolled.close();
    }
}
