package org.dmsc.bridge.http.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.LongSupplier;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Counts the frames of HTTP/2 that cost their sender nothing and us an answer, PING and SETTINGS, before the codec answers them (case 37 of
 * security.md); resets and continuations the codec counts itself. Reads frame headers only.
 */
public final class Http2Floods extends ChannelInboundHandlerAdapter {

    private static final int PREFACE = 24;
    private static final int HEADER = 9;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int ACK = 1;

    /** Clients that measure the line with pings send some hundreds a second. */
    private static final int MOST = 10_000;

    private static final long WINDOW_NANOS = 10_000_000_000L;

    private final LongSupplier nanos;
    private final byte[] header = new byte[HEADER];
    private int headerBytes;
    private int skip = PREFACE;
    private int counted;
    private long windowSince;

    public Http2Floods(LongSupplier nanos) {
        super();
        this.nanos = nanos;
        this.windowSince = nanos.getAsLong();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof ByteBuf bytes && floods(bytes)) {
            bytes.release();
            ConnectionCut.calm(
                    context.channel(),
                    new RefusedException(Refusal.RATE_LIMITED, "too many pings and settings on one connection"));
            return;
        }
        super.channelRead(context, message);
    }

    private boolean floods(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (skip > 0) {
                int step = Math.min(skip, end - at);
                skip -= step;
                at += step;
                continue;
            }
            header[headerBytes++] = bytes.getByte(at++);
            if (headerBytes == HEADER) {
                headerBytes = 0;
                skip = ((header[0] & 0xff) << 16) | ((header[1] & 0xff) << 8) | (header[2] & 0xff);
                if (isWork() && tooMany()) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isWork() {
        return (header[3] == PING || header[3] == SETTINGS) && (header[4] & ACK) == 0;
    }

    private boolean tooMany() {
        long now = nanos.getAsLong();
        if (now - windowSince > WINDOW_NANOS) {
            windowSince = now;
            counted = 0;
        }
        return ++counted > MOST;
    }
}
