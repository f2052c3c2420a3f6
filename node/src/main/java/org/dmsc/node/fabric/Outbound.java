package org.dmsc.node.fabric;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.assembly.BridgeCore;
import org.dmsc.bridge.core.cards.CardCheck;
import org.dmsc.bridge.core.cards.CardGate;
import org.dmsc.bridge.core.cards.CardLook;
import org.dmsc.bridge.core.cards.CardRefetcher;
import org.dmsc.bridge.core.probe.Prober;
import org.dmsc.bridge.http.fetch.Resolver;
import org.dmsc.bridge.http.fetch.WebFetcher;
import org.dmsc.bridge.http.fetch.WebFetcherParts;
import org.dmsc.node.config.FetchConfig;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.fetch.FetchPolicy;
import org.dmsc.tenant.fetch.FetchRules;
import org.dmsc.tenant.fetch.Fetcher;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.pki.Pem;
import org.dmsc.tenant.rules.NetworkRules;
import org.dmsc.tenant.rules.TenantPolicy;

/** What this process asks of addresses that others named. */
final class Outbound {

    private Outbound() {}

    static WebFetcher fetcher(
            Foundation foundation, AuditTrail audit, PeerValidator peers, Supplier<IssuedIdentity> identity) {
        return new WebFetcher(parts(foundation, audit, peers, identity, FetchPolicy.PUBLIC.maxBytes()));
    }

    /** Calls services that do tasks: under the same rules, with answers as large as any agent's. */
    static WebFetcher caller(
            Foundation foundation, AuditTrail audit, PeerValidator peers, Supplier<IssuedIdentity> identity) {
        int most = (int) foundation.config().limits().maxBodyBytes();
        return new WebFetcher(parts(foundation, audit, peers, identity, most), WebFetcher.Volume.WORK);
    }

    private static WebFetcherParts parts(
            Foundation foundation,
            AuditTrail audit,
            PeerValidator peers,
            Supplier<IssuedIdentity> identity,
            int maxBytes) {
        FetchConfig config = foundation.config().fetch();
        FetchPolicy policy = new FetchPolicy(
                        Set.copyOf(config.ports()), List.of(), Set.of(), FetchPolicy.PUBLIC.patience(), maxBytes)
                .allowing(config.allowPrivate());
        return new WebFetcherParts(
                new FetchRules(
                        policy, (tenant, host) -> mayCall(foundation.policies().of(tenant), host)),
                Resolver.system(),
                config.authorities().map(Outbound::certificates).orElse(List.of()),
                identity,
                peers,
                audit,
                SpiffeId.node(
                        new FabricDomain(foundation.config().domain()),
                        "gateway",
                        foundation.config().node()),
                foundation.clock());
    }

    /** Where the tenant's agents may be, and where its own token issuers are. */
    private static boolean mayCall(TenantPolicy policy, String host) {
        NetworkRules network = policy.network();
        return network.enforcement() != Enforcement.ENFORCED
                || network.admitsHost(host)
                || policy.issuers().stream()
                        .anyMatch(issuer -> host.equals(issuer.jwks().getHost()));
    }

    private static List<X509Certificate> certificates(Path file) {
        try {
            return Pem.certificates(Files.readString(file));
        } catch (IOException | RefusedException e) {
            throw new NodeException(
                    ExitCode.USAGE,
                    "fetch.authorities: '" + file
                            + "' cannot be read (expected a PEM file of certificate authorities): " + e,
                    e);
        }
    }

    /** Looks at agents of this gateway's lanes, with what the fetcher allows. */
    static Prober prober(Foundation foundation, Fetcher fetcher, BridgeCore core) {
        return new Prober(
                fetcher,
                core.reports(),
                new Prober.Place(
                        foundation.agents(),
                        core.gateway()::lanes,
                        foundation.config().lanes(),
                        new FabricDomain(foundation.config().domain())),
                foundation.clock());
    }

    /** What is asked of cards, wherever they come in. */
    static CardGate gate(Foundation foundation, BridgeCore core, CardCheck check) {
        FabricDomain domain = new FabricDomain(foundation.config().domain());
        SpiffeId self = SpiffeId.node(domain, "gateway", foundation.config().node());
        return new CardGate(
                check, core.quarantine(), new CardGate.Parts(core.audit(), domain, self, foundation.clock()));
    }

    /** Looks again at the cards of agents of this gateway's lanes; empty where the configuration wants none of that. */
    static Optional<CardRefetcher> cards(Foundation foundation, Fetcher fetcher, BridgeCore core, CardGate gate) {
        FabricDomain domain = new FabricDomain(foundation.config().domain());
        SpiffeId self = SpiffeId.node(domain, "gateway", foundation.config().node());
        CardLook look = new CardLook(
                fetcher, new CardLook.Parts(gate, core.reports(), core.audit(), domain, self, foundation.clock()));
        return foundation
                .config()
                .fetch()
                .cardRefresh()
                .map(usual -> new CardRefetcher(
                        look,
                        new CardRefetcher.Place(
                                foundation.agents(),
                                core.gateway()::lanes,
                                foundation.config().lanes()),
                        usual,
                        foundation.clock(),
                        foundation.random()::nextDouble));
    }
}
