package org.dmsc.node.fabric;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dmsc.node.config.QueryConfig;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.node.query.LocalStores;
import org.dmsc.node.query.QueryDesk;
import org.dmsc.node.query.RouterAddress;
import org.dmsc.router.RouterApp;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.peers.PeerListener;

/** Answers gateways of other processes what the router of this one knows of tasks. Bound before the router is made, which tells its port to the others. */
final class QueryRole {

    private static final int THREADS = 4;

    private final PeerListener listener;
    private final RouterAddress address;

    private QueryRole(PeerListener listener, RouterAddress address) {
        this.listener = listener;
        this.address = address;
    }

    /** Empty where the configuration has no port for it. */
    static Optional<QueryRole> bind(QueryConfig config, Closing closing) {
        return config.listen().map(at -> {
            try {
                PeerListener bound = closing.add(
                        "task queries",
                        new PeerListener(new InetSocketAddress(at.host(), at.port()), QueryDesk.questions(THREADS)));
                return new QueryRole(bound, new RouterAddress(config.advertise(), bound.port()));
            } catch (UncheckedIOException e) {
                throw new NodeException(
                        ExitCode.IN_USE,
                        "router-queries.port: " + at.port() + " on " + at.host() + " cannot be had: " + e.getMessage(),
                        e);
            }
        });
    }

    /** As others reach it. */
    RouterAddress address() {
        return address;
    }

    /** Begins to answer. */
    void start(RouterApp router, Foundation foundation, PeerGuard guard) {
        int lanes = foundation.config().lanes();
        QueryDesk desk = new QueryDesk(
                new FabricDomain(foundation.config().domain()),
                new LocalStores(router, lanes),
                () -> others(router),
                lanes,
                foundation.codec());
        listener.start(new PeerListener.Answering(
                desk::answer, foundation.keys().identity(KafkaRole.ROUTER.kind()), guard.peers(), guard.refusals()));
    }

    private Set<RouterAddress> others(RouterApp router) {
        return router.routers().stream()
                .flatMap(host -> RouterAddress.parse(host.host() + ":" + host.port()).stream())
                .filter(other -> !other.equals(address))
                .collect(Collectors.toSet());
    }
}
