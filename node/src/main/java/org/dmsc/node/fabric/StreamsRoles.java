package org.dmsc.node.fabric;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.state.HostInfo;
import org.dmsc.node.audit.HttpWitness;
import org.dmsc.node.config.Role;
import org.dmsc.node.config.WitnessConfig;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.registry.RegistryApp;
import org.dmsc.registry.RegistrySettings;
import org.dmsc.router.RouterApp;
import org.dmsc.router.RouterSettings;
import org.dmsc.router.audit.AuditApp;
import org.dmsc.router.checkpoint.CheckpointSigner;
import org.dmsc.router.checkpoint.SignerSettings;
import org.dmsc.router.checkpoint.Witness;
import org.dmsc.router.learn.LearnerApp;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.log.CosignerKey;
import org.dmsc.tenant.log.LogKeys;
import org.dmsc.tenant.log.LogOrigin;

/** Router, registry, audit sequencer and signer: begun together, because each waits for Kafka and not for the others, and awaited later. */
final class StreamsRoles {

    private static final Duration LONGEST = Duration.ofSeconds(90);

    private final Foundation foundation;
    private final Health health;
    private final Closing closing;
    private Optional<RouterApp> router = Optional.empty();
    private Optional<QueryRole> queries = Optional.empty();
    private Optional<AuditApp> audit = Optional.empty();
    private Optional<RegistryApp> registry = Optional.empty();

    StreamsRoles(Foundation foundation, Health health, Closing closing) {
        this.foundation = foundation;
        this.health = health;
        this.closing = closing;
    }

    /** Begins; what takes seconds goes on in the background. */
    void start(Metrics metrics) {
        if (foundation.config().has(Role.ROUTER)) {
            router = Optional.of(startRouter());
            router.ifPresent(app -> metrics.counters("router", app::metrics));
            LearnerApp learner = startLearner();
            metrics.counters("learner", learner::metrics);
        }
        if (foundation.config().has(Role.REGISTRY)) {
            registry = Optional.of(startRegistry());
            registry.ifPresent(app -> metrics.counters("registry", app::metrics));
        }
        if (foundation.config().has(Role.AUDIT)) {
            audit = Optional.of(startAudit());
            audit.ifPresent(app -> metrics.counters("audit", app::metrics));
            CheckpointSigner signer = startSigner();
            metrics.counters("signer", signer::metrics);
        }
    }

    private RouterApp startRouter() {
        queries = QueryRole.bind(foundation.config().queries(), closing);
        RouterSettings defaults = RouterSettings.defaults(
                foundation.config().data().resolve("streams").resolve("router"),
                foundation.config().lanes(),
                new FabricDomain(foundation.config().domain()),
                foundation.config().node());
        RouterSettings settings = queries.map(role -> defaults.answeringAt(
                        new HostInfo(role.address().host(), role.address().port())))
                .orElse(defaults);
        RouterApp app = new RouterApp(
                foundation.kafka().as(KafkaRole.ROUTER),
                foundation.streamRouting(),
                foundation.codec(),
                foundation.tenants(),
                foundation.policies(),
                foundation.agents(),
                foundation.index(),
                foundation.experiences(),
                foundation.clock(),
                foundation.random(),
                settings);
        closing.add("router", app);
        app.start();
        health.watch("router", app::healthy, app::state);
        return app;
    }

    private LearnerApp startLearner() {
        LearnerApp app = new LearnerApp(
                foundation.kafka().as(KafkaRole.ROUTER),
                new LearnerApp.Sealing(foundation.routing(), foundation.codec(), foundation.random()),
                this::hasLeft,
                foundation.clock(),
                foundation.config().data().resolve("streams").resolve("learner"));
        closing.add("learner", app);
        app.start();
        // Not a matter of health: without it the fabric works, and only gets no wiser. Its thread deaths are counted.
        return app;
    }

    private boolean hasLeft(TenantId tenant) {
        return foundation
                .tenants()
                .find(tenant)
                .filter(known -> known.getState() == TenantState.OFFBOARDED)
                .isPresent();
    }

    private RegistryApp startRegistry() {
        RegistrySettings settings = RegistrySettings.defaults(
                foundation.config().data().resolve("streams").resolve("registry"),
                new FabricDomain(foundation.config().domain()),
                foundation.config().node());
        RegistryApp app = new RegistryApp(
                foundation.kafka().as(KafkaRole.REGISTRY),
                foundation.streamRouting(),
                foundation.codec(),
                foundation.clock(),
                settings);
        closing.add("registry", app);
        app.start();
        health.watch("registry", app::healthy, app::state);
        return app;
    }

    private AuditApp startAudit() {
        AuditApp app = new AuditApp(
                foundation.kafka().as(KafkaRole.AUDIT),
                foundation.codec(),
                this::hasAuditTopic,
                foundation.clock(),
                foundation.config().data().resolve("streams").resolve("audit"));
        closing.add("audit", app);
        app.start();
        health.watch("audit", app::healthy, app::state);
        return app;
    }

    private CheckpointSigner startSigner() {
        Path folder = foundation.keys().auditFolder();
        CheckpointSigner signer = new CheckpointSigner(
                foundation.kafka().as(KafkaRole.AUDIT),
                new SignerSettings(
                        foundation.config().node(),
                        new LogOrigin(foundation.config().domain(), LogOrigin.ONLY_REGION),
                        LogKeys.openOrCreate(folder, foundation.random()),
                        folder.resolve("heads.json"),
                        witnesses()),
                foundation.clock());
        closing.add("audit signer", signer);
        signer.start();
        health.watch("audit signer", signer::healthy, signer::state);
        return signer;
    }

    private List<Witness> witnesses() {
        List<WitnessConfig> given = foundation.config().witnesses();
        if (given.isEmpty()) {
            return List.of();
        }
        HttpClient client = HttpWitness.client();
        return given.stream()
                .<Witness>map(one -> new HttpWitness(client, one.url(), CosignerKey.parse(one.key())))
                .toList();
    }

    /** Not a tenant that leaves: its topics are about to go, and the sequencer must not wait for one that is gone. */
    private boolean hasAuditTopic(String tenant) {
        return TopicNames.parse("dmsc." + tenant + ".audit")
                .flatMap(topic -> foundation.tenants().find(topic.tenant()))
                .filter(known -> known.getAuditTopic() && known.getState() != TenantState.OFFBOARDED)
                .isPresent();
    }

    /** The router of this process, whose store answers questions about tasks. */
    Optional<RouterApp> router() {
        return router;
    }

    /** Whether this process answers others, and needs to know whom it lets in. */
    boolean answers() {
        return queries.isPresent();
    }

    /** Begins to answer gateways of other processes; returns the port, 0 when it does not. */
    int answer(PeerGuard guard) {
        queries.ifPresent(role -> router.ifPresent(app -> role.start(app, foundation, guard)));
        return queries.map(role -> role.address().port()).orElse(0);
    }

    /** Waits until all of them run. */
    void awaitRunning() {
        router.ifPresent(app -> await("router", app::awaitRunning));
        registry.ifPresent(app -> await("registry", app::awaitRunning));
        audit.ifPresent(app -> await("audit", app::awaitRunning));
    }

    private interface Awaitable {
        boolean await(Duration atMost) throws InterruptedException;
    }

    private static void await(String role, Awaitable app) {
        try {
            if (app.await(LONGEST)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new NodeException(
                ExitCode.FAULT,
                "role " + role + " did not run within " + LONGEST.toSeconds()
                        + " s (its log lines above say why; a Kafka that is still starting needs longer: start again)");
    }
}
