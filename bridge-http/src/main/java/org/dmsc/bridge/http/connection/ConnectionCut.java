package org.dmsc.bridge.http.connection;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.dmsc.schemas.RefusedException;

/** Ends connections whose peer is not to be heard any longer. */
public final class ConnectionCut {

    private ConnectionCut() {}

    /**
     * Closes a channel below the HTTP codecs, because their own close would let streams finish, for up to half a minute. HTTP/2 gets a GOAWAY
     * first, so that the peer knows which requests were not looked at. Any thread; the stage completes when the channel is closed.
     */
    public static CompletionStage<Void> cut(Channel channel, RefusedException why) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        var unused = channel.closeFuture().addListener(done -> closed.complete(null));
        channel.eventLoop().execute(() -> close(channel, why, Http2Error.NO_ERROR));
        return closed;
    }

    /** The same for a peer that floods: HTTP/2 tells it to calm down (RFC 9113 7). On the channel's event loop only. */
    static void calm(Channel channel, RefusedException why) {
        close(channel, why, Http2Error.ENHANCE_YOUR_CALM);
    }

    /** What the peer of a session proved to hold, leaf first, also when the session was resumed; empty when it showed nothing. */
    public static List<X509Certificate> chain(SSLSession session) {
        try {
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate certificate : session.getPeerCertificates()) {
                chain.add((X509Certificate) certificate);
            }
            return chain;
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    private static void close(Channel channel, RefusedException why, Http2Error error) {
        Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
        ChannelHandlerContext codec = channel.pipeline().context(Http2ConnectionHandler.class);
        if (http2 != null && codec != null) {
            var unused = http2.goAway(
                    codec,
                    http2.connection().remote().lastStreamCreated(),
                    error.code(),
                    Unpooled.copiedBuffer(why.refusal().name(), StandardCharsets.US_ASCII),
                    codec.newPromise());
            codec.flush();
        }
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        ChannelHandlerContext below = channel.pipeline().context(SslHandler.class);
        if (tls == null || below == null) {
            var unused = channel.close();
        } else {
            var unused = tls.closeOutbound().addListener(sent -> closeBelow(below));
        }
    }

    private static void closeBelow(ChannelHandlerContext context) {
        var unused = context.close();
    }
}
