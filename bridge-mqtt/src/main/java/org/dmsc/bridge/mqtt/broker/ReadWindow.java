package org.dmsc.bridge.mqtt.broker;

import com.hivemq.bootstrap.netty.ChannelHandlerNames;
import com.hivemq.mqtt.message.publish.PUBLISH;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much one connection may have on its way to Kafka: what was read and is neither stored nor refused. When that is full, or the process has
 * too much ({@link Backpressure}), its socket is not read until something was stored, so that TCP holds the client back. MQTT has no word for that: in version 5
 * the receive maximum bounds the number of messages and not their size, in 3.1.1 nothing does, and HiveMQ reads and keeps whatever comes, a
 * message in 2 KiB of heap. A connection that is not read for longer than its keep-alive ends, and its client sends again.
 *
 * <p>Sits in the connection's pipeline before the interceptors. {@link #done} may be called by any thread.
 */
final class ReadWindow extends ChannelInboundHandlerAdapter {

    private static final String NAME = "dmsc_read_window";

    /** Some sixty small messages. */
    private static final long WINDOW_BYTES = 128 * 1024L;

    /** What is read in one go is decoded before anybody can say stop. */
    private static final int READ_BYTES = 16 * 1024;

    private static final int FIRST_READ_BYTES = 2 * 1024;
    private static final int LEAST_READ_BYTES = 64;

    private final Channel channel;
    private final Backpressure all;
    private final AtomicLong own = new AtomicLong();
    /** Written by the event loop. */
    private volatile boolean paused;

    private ReadWindow(Channel channel, Backpressure all) {
        this.channel = channel;
        this.all = all;
    }

    /** Puts one into a connection whose client was let in. */
    static ReadWindow on(Channel channel, Backpressure all) {
        ReadWindow window = new ReadWindow(channel, all);
        channel.config()
                .setRecvByteBufAllocator(
                        new AdaptiveRecvByteBufAllocator(LEAST_READ_BYTES, FIRST_READ_BYTES, READ_BYTES));
        channel.pipeline().addBefore(ChannelHandlerNames.INTERCEPTOR_HANDLER, NAME, window);
        return window;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof PUBLISH publish) {
            byte[] payload = publish.getPayload();
            own.addAndGet(Backpressure.cost(payload == null ? 0 : payload.length));
            if (!mayRead()) {
                // Also when it is paused already: HiveMQ reads on after a SUBSCRIBE was handled.
                paused = true;
                channel.config().setAutoRead(false);
                // What it waits for may have come while it was not yet seen to wait.
                goOn();
            }
        }
        context.fireChannelRead(message);
    }

    /** A publish of that size was stored, or refused. */
    void done(int payloadBytes) {
        own.addAndGet(-Backpressure.cost(payloadBytes));
        if (paused && mayGoOn()) {
            channel.eventLoop().execute(this::goOn);
        }
    }

    /** On the event loop. */
    private void goOn() {
        if (paused && mayGoOn()) {
            paused = false;
            channel.config().setAutoRead(true);
        }
    }

    private boolean mayRead() {
        long mine = own.get();
        return mine < WINDOW_BYTES && !(all.isSpent() && mine > 0);
    }

    /** One that has nothing on its way is read whatever the others have: nobody is left out for good. */
    private boolean mayGoOn() {
        long mine = own.get();
        return mine <= 0 || (mine <= WINDOW_BYTES / 2 && !all.isSpent());
    }
}
