package org.dmsc.bridge.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.http.connection.ConnectionCut;
import org.dmsc.bridge.http.connection.Http1Head;
import org.dmsc.bridge.http.connection.Http2Floods;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.quota.Holding;
import org.dmsc.tenant.quota.QuotaGate;
import org.dmsc.tenant.revocation.LiveConnection;
import org.dmsc.tenant.revocation.LiveConnections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one connection from its TLS handshake to its end. The peer's certificate is checked after every handshake, because TLS does not ask
 * a trust manager when a session is resumed; the connection is then known to {@link LiveConnections} and closed when its peer is revoked or
 * its certificate ends: HTTP/2 gets a GOAWAY first, so that its client knows which requests were not looked at.
 */
final class ConnectionGuard extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionGuard.class);
    private static final AttributeKey<LiveConnection> LIVE = AttributeKey.valueOf(ConnectionGuard.class, "live");
    private static final AttributeKey<Holding> COUNTED = AttributeKey.valueOf(ConnectionGuard.class, "counted");
    /** Why a connection that is about to be cut was not admitted: what arrived with its handshake is not served either. */
    private static final AttributeKey<RefusedException> NOT_ADMITTED =
            AttributeKey.valueOf(ConnectionGuard.class, "not-admitted");

    private static final int DEEPEST = 10;

    private final LiveConnections connections;
    private final PeerValidator peers;
    private final FabricDomain domain;
    private final QuotaGate quotas;
    private final AuditTrail audit;
    private final Manners manners;

    ConnectionGuard(HttpEdgeParts parts) {
        super();
        this.connections = parts.connections();
        this.peers = parts.peers();
        this.domain = parts.settings().domain();
        this.quotas = parts.quotas();
        this.audit = parts.audit();
        this.manners = parts.settings().manners();
    }

    /**
     * Counts a connection against its tenant, once: by its certificate at the handshake, or, without one, by its first token.
     *
     * @throws RefusedException QUOTA_EXCEEDED
     */
    static void count(Channel channel, Supplier<Holding> counting) {
        if (channel.attr(COUNTED).get() != null) {
            return;
        }
        Holding counted = counting.get();
        if (!channel.attr(COUNTED).compareAndSet(null, counted) || !channel.isActive()) {
            counted.close();
        }
    }

    /**
     * The connection of a channel on which the handshake is over; a channel without one admits nobody.
     *
     * @throws RefusedException what the connection is being cut for
     */
    static LiveConnection of(Channel channel) {
        RefusedException refused = channel.attr(NOT_ADMITTED).get();
        if (refused != null) {
            throw refused;
        }
        LiveConnection live = channel.attr(LIVE).get();
        if (live == null) {
            throw new RefusedException(Refusal.INTERNAL, "a connection that nobody watches");
        }
        return live;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) throws Exception {
        Channel channel = context.channel();
        long patience = manners.handshake().toMillis();
        var unused = channel.eventLoop()
                .schedule(
                        () -> {
                            if (channel.attr(LIVE).get() == null) {
                                close(channel);
                            }
                        },
                        patience,
                        TimeUnit.MILLISECONDS);
        super.handlerAdded(context);
    }

    private static void close(Channel channel) {
        var unused = channel.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                admit(context);
            } else {
                revoked(handshake.cause()).ifPresent(refused -> note(context, refused));
            }
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        LiveConnection live = context.channel().attr(LIVE).get();
        if (live != null) {
            live.close();
        }
        Holding counted = context.channel().attr(COUNTED).get();
        if (counted != null) {
            counted.close();
        }
        super.channelInactive(context);
    }

    private void admit(ChannelHandlerContext context) {
        Channel channel = context.channel();
        LiveConnection live = connections.open(why -> ConnectionCut.cut(channel, why));
        channel.attr(LIVE).set(live);
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        List<X509Certificate> chain =
                tls == null ? List.of() : ConnectionCut.chain(tls.engine().getSession());
        if (tls != null) {
            boolean http2 = "h2".equals(tls.applicationProtocol());
            context.pipeline()
                    .addAfter(
                            context.name(),
                            null,
                            http2 ? new Http2Floods(System::nanoTime) : new Http1Head(manners.head()));
        }
        if (chain.isEmpty()) {
            return;
        }
        try {
            PeerValidator.Peer peer = peers.check(chain);
            live.admit(List.of(peer.evidence()));
            peer.id().agentRef(domain).ifPresent(agent -> count(channel, () -> quotas.connection(agent)));
        } catch (RefusedException e) {
            channel.attr(NOT_ADMITTED).set(e);
            note(context, e);
            ConnectionCut.cut(channel, e);
        }
    }

    private void note(ChannelHandlerContext context, RefusedException refused) {
        SocketAddress address = context.channel().remoteAddress();
        String from = address instanceof InetSocketAddress inet ? inet.getHostString() : "unknown";
        audit.refused(RefusalNote.anonymous(from, refused, Optional.of("TLS connection")));
        LOG.atInfo()
                .addKeyValue("refusal", refused.refusal())
                .addKeyValue("actor", "anonymous@" + from)
                .log(refused.sentence());
    }

    /** A full handshake asks the trust manager, which knows the revocations, too: what it said is somewhere among the causes. */
    private static Optional<RefusedException> revoked(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < DEEPEST && cause != null; i++) {
            if (cause instanceof RefusedException refused && refused.refusal() == Refusal.REVOKED) {
                return Optional.of(refused);
            }
            for (Throwable beside : cause.getSuppressed()) {
                Optional<RefusedException> found = revoked(beside);
                if (found.isPresent()) {
                    return found;
                }
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }
}
