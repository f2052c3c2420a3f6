package org.dmsc.node.fabric;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.core.ask.Receipts;
import org.dmsc.bridge.core.assembly.BridgeCore;
import org.dmsc.bridge.core.assembly.BridgeParts;
import org.dmsc.bridge.core.assembly.BridgeSettings;
import org.dmsc.bridge.core.cards.CardGate;
import org.dmsc.bridge.http.EdgeSettings;
import org.dmsc.bridge.http.EstListener;
import org.dmsc.bridge.http.HttpEdge;
import org.dmsc.bridge.http.HttpEdgeParts;
import org.dmsc.bridge.http.NodeStatus;
import org.dmsc.bridge.http.PortTakenException;
import org.dmsc.bridge.http.agents.HttpAgentLink;
import org.dmsc.bridge.http.agents.HttpAgentLinkParts;
import org.dmsc.bridge.http.cards.CardVerifier;
import org.dmsc.bridge.http.fetch.WebFetcher;
import org.dmsc.bridge.http.fetch.Webhooks;
import org.dmsc.bridge.http.plain.PlainAgentLink;
import org.dmsc.bridge.mqtt.MqttEdge;
import org.dmsc.bridge.mqtt.MqttEdgeParts;
import org.dmsc.bridge.mqtt.broker.BrokerSettings;
import org.dmsc.node.config.EdgeConfig;
import org.dmsc.node.config.EnrolConfig;
import org.dmsc.node.config.FabricConfig;
import org.dmsc.node.config.Role;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.node.host.Version;
import org.dmsc.router.RouterApp;
import org.dmsc.tenant.dpop.ProofOfPossession;
import org.dmsc.tenant.dpop.PublicNames;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.log.LogKeys;
import org.dmsc.tenant.log.LogOrigin;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.IssuingCas;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.policy.Admittance;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.policy.CallerAuthenticator.Identified;
import org.dmsc.tenant.policy.NetworkGate;
import org.dmsc.tenant.token.OutsideIssuers;
import org.dmsc.tenant.token.OutsideKeys;
import org.dmsc.tenant.token.TokenSources;
import org.dmsc.tenant.token.TokenVerifier;

/** The gateway of this process: its lanes, and the edges that are switched on. */
final class GatewayRole {

    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);
    /** HiveMQ takes a new certificate within ten seconds more: what lives for a minute must not lose another one here. */
    private static final Duration MQTT_LOOKS = Duration.ofSeconds(1);

    private static final int MOST_DEVICES = 10_000;

    private final Foundation foundation;
    private final FabricConfig config;
    private final FabricDomain domain;
    private final Closing closing;
    private final Metrics metrics;
    private final Envelopes envelopes;
    private final BridgeCore core;
    private final Renewal renewal;
    private final Supplier<IssuedIdentity> identity;
    private final IssuingCas issuingCas;
    private final RevocationRole revocations;
    private final QuotaRole quotas;
    private final PeerValidator peers;
    private final WebFetcher fetcher;
    private final CardGate cards;
    private final OutsideKeys outsideKeys;
    private final OutsideIssuers outsideIssuers;
    private final CallerAuthenticator authenticator;
    private int estPort;

    GatewayRole(Foundation foundation, Metrics metrics, Optional<RouterApp> router, Closing closing) {
        this.foundation = foundation;
        this.config = foundation.config();
        this.domain = new FabricDomain(config.domain());
        this.closing = closing;
        this.metrics = metrics;
        AesGcmEnvelopeCipher cipher =
                foundation.keys().cipher(Set.of(KeyClass.ROUTING, KeyClass.PAYLOAD), NodeKeys.Reader.EDGE);
        foundation.purge().add(cipher);
        this.envelopes = new Envelopes(cipher, foundation.codec());
        this.identity = foundation.keys().identity(KafkaRole.GATEWAY.kind());
        this.issuingCas = IssuingCas.following(foundation.tenants(), foundation.keys()::platformCas);
        this.revocations = new RevocationRole(foundation, KafkaRole.GATEWAY.kind());
        this.peers =
                new PeerValidator(foundation.keys()::root, issuingCas, domain, foundation.clock(), revocations.list());
        this.quotas = new QuotaRole(foundation, metrics);
        this.core = core(router);
        this.fetcher = Outbound.fetcher(foundation, core.audit(), peers, identity);
        this.cards = Outbound.gate(
                foundation, core, new CardVerifier(peers, foundation.policies(), domain, foundation.clock()));
        this.outsideIssuers = tenant -> foundation.policies().of(tenant).issuers();
        this.outsideKeys = new OutsideKeys(fetcher, foundation.clock());
        this.authenticator = new CallerAuthenticator(
                domain,
                foundation.tenants(),
                peers,
                new TokenVerifier(tokens()),
                revocations.list(),
                new ProofOfPossession(
                        new PublicNames(
                                domain,
                                () -> NodeNames.of(identity.get().leaf()),
                                config.http().publicUrls()),
                        foundation.random(),
                        foundation.clock()));
        this.renewal = closing.add("renewal", new Renewal());
    }

    private TokenSources tokens() {
        return new TokenSources(foundation.tenants(), domain, outsideIssuers, outsideKeys, foundation.clock());
    }

    private BridgeCore core(Optional<RouterApp> router) {
        BridgeParts parts = new BridgeParts(
                foundation.kafka().as(KafkaRole.GATEWAY),
                foundation.codec(),
                envelopes,
                foundation.keys().auditHmac(),
                foundation.tenants(),
                foundation.policies(),
                Admittance.none(),
                quotas.gate(),
                foundation.agents(),
                domain,
                RouterQueries.of(router, foundation, envelopes, metrics, closing)
                        .map(queries -> queries),
                foundation.nearness(),
                () -> UUID.randomUUID().toString(),
                metrics.registry(),
                foundation.clock());
        foundation
                .meanings()
                .ifPresent(meanings -> metrics.counters("embeddings", () -> Map.of("failures", meanings.failures())));
        return new BridgeCore(
                parts,
                new BridgeSettings(
                        config.node(),
                        config.lanes(),
                        Optional.of(config.data().resolve("audit-index")),
                        Optional.of(receipts())));
    }

    private Receipts receipts() {
        LogOrigin origin = new LogOrigin(config.domain(), LogOrigin.ONLY_REGION);
        LogKeys keys = LogKeys.openOrCreate(foundation.keys().auditFolder().resolve("receipts"), foundation.random());
        return new Receipts(origin, keys.signers(origin.receipts(config.node())), foundation.clock());
    }

    /** Begins to compete for lanes; returns at once. */
    void start(Health health) {
        revocations.start(core.audit(), health, closing);
        quotas.start(core.audit(), closing);
        closing.add("bridge core", core);
        // Agents that are called belong to the lane of their hash: whoever owns it calls them, whatever its edges.
        core.gateway()
                .addLink(closing.add(
                        "http calls",
                        new HttpAgentLink(new HttpAgentLinkParts(
                                domain,
                                SpiffeId.node(domain, "gateway", config.node()),
                                identity,
                                peers,
                                revocations.connections(),
                                core.tokens(),
                                core.audit(),
                                foundation.clock(),
                                (int) config.limits().maxBodyBytes()))));
        core.gateway()
                .addLink(new PlainAgentLink(
                        closing.add("plain calls", Outbound.caller(foundation, core.audit(), peers, identity)),
                        foundation.clock()));
        core.notifyBy(new Webhooks(fetcher, config.http().profile(), foundation.clock()));
        core.start();
        closing.add("fetcher", fetcher);
        closing.add("prober", Outbound.prober(foundation, fetcher, core)).start();
        Outbound.cards(foundation, fetcher, core, cards)
                .ifPresent(looks -> closing.add("cards", looks).start());
        closing.add("outside keys", outsideKeys).start(foundation.tenants(), outsideIssuers);
        health.watch("gateway", core.gateway()::ready, core.gateway()::condition);
        health.watch("audit trail", core.audit()::healthy, core.audit()::condition);
        health.watch("tenants", foundation.tenants()::healthy, () -> "read");
        health.watch("agents", foundation.agents()::healthy, () -> "read");
    }

    /** Waits for a lane; a gateway without one is not ready and opens no listener (design 6). */
    void awaitLane() {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!core.gateway().ready()
                || !core.owed().ready()
                || !core.quarantine().ready()) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                throw new NodeException(
                        ExitCode.FAULT,
                        "the gateway got no lane within " + LONGEST.toSeconds() + " s: "
                                + core.gateway().condition()
                                + " (expected at least one; at most " + config.lanes()
                                + " gateways can share this fabric's lanes: is one too many running?)");
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    /** Opens the edges that are switched on. */
    Fabric.Ports listen(Health health, Status status) {
        int mqtt = config.has(Role.MQTT) ? mqtt() : 0;
        int http = config.has(Role.HTTP) ? http(health, status) : 0;
        Fabric.Ports opened = new Fabric.Ports(http, mqtt, estPort, Fabric.Inside.NONE);
        status.ports(opened);
        core.gateway()
                .advertise(
                        http == 0
                                ? Optional.empty()
                                : Optional.of("https://" + config.http().host() + ":" + http),
                        mqtt == 0
                                ? Optional.empty()
                                : Optional.of("mqtts://" + config.mqtt().host() + ":" + mqtt));
        return opened;
    }

    private int http(Health health, Status status) {
        EdgeSettings settings = EdgeSettings.of(
                        domain, config.http().host(), config.http().port(), Version.text())
                .withMaxBodyBytes((int) config.limits().maxBodyBytes())
                .withProfile(config.http().profile())
                .withManners(config.http().manners())
                .withAuthorities(config.enrol().map(EnrolConfig::gateway));
        Optional<AuthoritiesRole> authorities = foundation.keys().keyring().map(this::authorities);
        HttpEdgeParts edgeParts = new HttpEdgeParts(
                settings,
                identity,
                peers,
                authenticator,
                revocations.connections(),
                quotas.gate(),
                core.exchange(),
                core.pushConfigs(),
                core.reports(),
                foundation.tenants(),
                foundation.policies(),
                foundation.agents(),
                foundation.index(),
                foundation.experiences(),
                foundation.nearness(),
                core.audit(),
                core.auditReader(),
                core.deadLetters(),
                authorities.map(AuthoritiesRole::operators),
                authorities.map(AuthoritiesRole::pki),
                new NodeStatus(
                        health::ready,
                        core.gateway()::condition,
                        () -> status.json(core.gateway(), health),
                        metrics::text),
                authorities.map(AuthoritiesRole::tokens),
                cards,
                fetcher,
                core.tokens()::issue,
                core.relay(),
                Optional.of(Schemas.desk(foundation, closing)),
                SpiffeId.node(domain, "gateway", config.node()),
                foundation.clock());
        HttpEdge edge = new HttpEdge(edgeParts);
        core.gateway().addLink(edge.inboxes());
        try {
            edge.start();
            config.est().filter(at -> authorities.isPresent()).ifPresent(at -> est(edgeParts, at));
        } catch (PortTakenException e) {
            throw new NodeException(ExitCode.IN_USE, String.valueOf(e.getMessage()), e);
        }
        closing.add("http edge", edge);
        return edge.port();
    }

    private AuthoritiesRole authorities(Keyring keyring) {
        return new AuthoritiesRole(new AuthoritiesRole.Parts(
                foundation, keyring, envelopes, core, revocations, renewal, identity, authenticator, closing));
    }

    private void est(HttpEdgeParts edgeParts, EdgeConfig at) {
        EstListener listener = new EstListener(edgeParts, new InetSocketAddress(at.host(), at.port()));
        listener.start();
        estPort = listener.port();
        closing.add("est", listener);
    }

    private int mqtt() {
        MqttEdge edge = new MqttEdge(new MqttEdgeParts(
                new BrokerSettings(
                        config.mqtt().host(),
                        config.mqtt().port(),
                        config.mqtt().webSocketPort(),
                        config.data().resolve("mqtt").toAbsolutePath(),
                        (int) config.limits().maxBodyBytes(),
                        MOST_DEVICES),
                identity.get(),
                this::authorities,
                this::deviceCaller,
                authenticator::vouch,
                revocations.connections(),
                quotas.gate(),
                core.exchange(),
                core.pushConfigs(),
                core.owed(),
                core.reports(),
                core.audit(),
                foundation.agents(),
                foundation.tenants(),
                cards,
                core.tokens()::issue,
                foundation.clock(),
                foundation.random(),
                metrics.registry()));
        core.gateway().addLink(edge.link());
        edge.start();
        closing.add("mqtt edge", edge);
        config.connectors().forEach(outside -> edge.attach(OutsideBrokers.settings(outside), config.domain()));
        IssuedIdentity[] shown = {identity.get()};
        renewal.also("mqtt", MQTT_LOOKS, () -> {
            IssuedIdentity now = identity.get();
            if (!now.equals(shown[0])) {
                edge.replaceIdentity(now);
                shown[0] = now;
            }
        });
        return edge.port();
    }

    private Identified deviceCaller(Credentials credentials) {
        NetworkGate network = new NetworkGate(
                foundation.policies(),
                (tenant, refused) -> core.audit()
                        .refused(RefusalNote.anonymous(credentials.remoteAddress(), refused, Optional.empty())
                                .forTenant(tenant)
                                .dryRun()));
        Identified identified = authenticator.identify(credentials);
        network.requireSource(identified.caller(), credentials.remoteAddress());
        return identified;
    }

    private Collection<X509Certificate> authorities() {
        List<X509Certificate> all = new ArrayList<>(issuingCas.get());
        all.add(foundation.keys().root());
        return all;
    }

    /** Who is let in here, for others of this process. */
    PeerGuard guard() {
        return new PeerGuard(peers, core.audit());
    }
}
