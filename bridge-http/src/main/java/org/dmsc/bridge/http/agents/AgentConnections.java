package org.dmsc.bridge.http.agents;

import com.linecorp.armeria.client.ConnectionPoolListener;
import com.linecorp.armeria.common.SessionProtocol;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.netty.util.AttributeMap;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.dmsc.bridge.http.connection.ConnectionCut;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.revocation.LiveConnection;
import org.dmsc.tenant.revocation.LiveConnections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes pooled connections to agents known, so that the calls on them end when their agent is revoked: the pool would keep using what it
 * verified once.
 */
final class AgentConnections implements ConnectionPoolListener {

    private static final Logger LOG = LoggerFactory.getLogger(AgentConnections.class);
    private static final AttributeKey<LiveConnection> LIVE = AttributeKey.valueOf(AgentConnections.class, "live");

    private final LiveConnections connections;
    private final PeerValidator peers;

    AgentConnections(LiveConnections connections, PeerValidator peers) {
        this.connections = connections;
        this.peers = peers;
    }

    @Override
    public void connectionOpen(
            SessionProtocol protocol, InetSocketAddress remote, InetSocketAddress local, AttributeMap attributes) {
        if (!(attributes instanceof Channel channel)) {
            throw new IllegalStateException("a pooled connection is no channel");
        }
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        List<X509Certificate> chain =
                tls == null ? List.of() : ConnectionCut.chain(tls.engine().getSession());
        if (chain.isEmpty()) {
            return;
        }
        LiveConnection live = connections.open(why -> ConnectionCut.cut(channel, why));
        channel.attr(LIVE).set(live);
        try {
            live.admit(List.of(peers.checkServer(chain).evidence()));
        } catch (RefusedException e) {
            LOG.atInfo().addKeyValue("refusal", e.refusal()).log("connection to an agent is closed: " + e.sentence());
            var unused = ConnectionCut.cut(channel, e);
        }
    }

    @Override
    @SuppressWarnings("deprecation") // Its successor calls this one, and this one has no body of its own.
    public void connectionClosed(
            SessionProtocol protocol, InetSocketAddress remote, InetSocketAddress local, AttributeMap attributes) {
        LiveConnection live = attributes.attr(LIVE).getAndSet(null);
        if (live != null) {
            live.close();
        }
    }
}
