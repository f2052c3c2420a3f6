package org.dmsc.bridge.http;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Ends connections when the certificate they were opened with ends: TLS looks at it once. The client is told a little before, so that it can
 * open the next one with its next certificate without losing a request.
 */
final class ConnectionEnd {

    private static final Duration NOTICE = Duration.ofSeconds(5);
    private static final AttributeKey<X509Certificate> KNOWN = AttributeKey.valueOf(ConnectionEnd.class, "certificate");

    private final Clock clock;

    ConnectionEnd(Clock clock) {
        this.clock = clock;
    }

    /** To be called with each request; only the first of a connection costs anything. */
    void at(ServiceRequestContext context, X509Certificate leaf) {
        Channel channel = context.log().partial().channel();
        if (channel == null || leaf.equals(channel.attr(KNOWN).getAndSet(leaf))) {
            return;
        }
        long left = Duration.between(clock.instant(), end(leaf)).toMillis();
        Future<?> notice = later(channel, left - NOTICE.toMillis(), () -> {
            Future<?> unusedNotice = context.initiateConnectionShutdown(NOTICE);
        });
        Future<?> end = later(channel, left, () -> {
            Future<?> unusedClose = channel.close();
        });
        Future<?> unused = channel.closeFuture().addListener(closed -> {
            notice.cancel(false);
            end.cancel(false);
        });
    }

    private static Instant end(X509Certificate leaf) {
        return leaf.getNotAfter().toInstant();
    }

    private static Future<?> later(Channel channel, long millis, Runnable task) {
        return channel.eventLoop().schedule(task, Math.max(0, millis), TimeUnit.MILLISECONDS);
    }
}
