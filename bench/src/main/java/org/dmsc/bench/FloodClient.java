package org.dmsc.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A load generator that takes as little of the machine as it can: one thread, one HTTP/2 connection for each run, the same headers each time,
 * what is due within a millisecond in one write. Open loop; an answer is counted by its status.
 */
final class FloodClient implements AutoCloseable {

    private static final int WINDOW_BYTES = 1 << 20;
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final String REFUSED = "429";
    private static final String ACCEPTED = "200";

    private final EventLoopGroup thread = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final SslContext tls;
    private final URI gateway;
    private final Http2Headers headers;
    private final FabricTasks.Body body;

    /** What came of so many requests; those that were answered otherwise, or not at all, are the rest. */
    record Count(long sent, long accepted, long refused) {

        String line() {
            return sent + " " + accepted + " " + refused;
        }

        static Count of(String line) {
            String[] numbers = line.split(" ", -1);
            return new Count(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
        }

        long failed() {
            return sent - accepted - refused;
        }
    }

    FloodClient(Credentials identity, URI gateway, FabricTasks.Body body) {
        this.tls = identity.http2();
        this.gateway = gateway;
        this.headers = new DefaultHttp2Headers()
                .method("POST")
                .scheme("https")
                .authority(gateway.getAuthority())
                .path(FabricTasks.PATH)
                .add("content-type", "application/json")
                .add("a2a-version", "1.0");
        this.body = body;
    }

    /** Sends so many a second for that long on a connection of its own, and waits for the answers. */
    Count run(int rate, Duration howLong) throws InterruptedException {
        Run run = new Run(rate, rate * howLong.toMillis() / 1000);
        Channel channel = connected(run);
        Future<?> unused = channel.closeFuture()
                .addListener(closed -> run.done.completeExceptionally(
                        new BenchException("flood: its connection was closed (expected it to stay)")));
        channel.eventLoop().execute(run::begin);
        Future<?> ticks =
                channel.eventLoop().scheduleAtFixedRate(() -> ticked(channel, run), 0, 1, TimeUnit.MILLISECONDS);
        try {
            return run.done.join();
        } finally {
            ticks.cancel(false);
            Future<?> unusedClose = channel.close();
        }
    }

    private Channel connected(Run run) throws InterruptedException {
        Channel made = new Bootstrap()
                .group(thread)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel opened) {
                        opened.pipeline()
                                .addLast(tls.newHandler(opened.alloc(), gateway.getHost(), gateway.getPort()))
                                .addLast(http2(run));
                    }
                })
                .connect(gateway.getHost(), gateway.getPort())
                .sync()
                .channel();
        made.pipeline().get(SslHandler.class).handshakeFuture().sync();
        return made;
    }

    private static Http2ConnectionHandler http2(Run run) {
        return new Http2ConnectionHandlerBuilder()
                .server(false)
                .frameListener(new Answers(run))
                .initialSettings(
                        Http2Settings.defaultSettings().pushEnabled(false).initialWindowSize(WINDOW_BYTES))
                .build();
    }

    /** One run; on the event loop only. */
    private static final class Run {

        private final int rate;
        private final long total;
        private final CompletableFuture<Count> done = new CompletableFuture<>();
        private long start;
        private long sent;
        private long accepted;
        private long refused;
        private long others;

        Run(int rate, long total) {
            this.rate = rate;
            this.total = total;
        }

        /** Not before the handshake is over, or what falls due meanwhile would come at once. */
        void begin() {
            start = System.nanoTime();
        }

        long due() {
            return Math.min(total, (System.nanoTime() - start) * rate / TimeUnit.SECONDS.toNanos(1));
        }

        void answered(CharSequence status) {
            if (REFUSED.contentEquals(status)) {
                refused++;
            } else if (ACCEPTED.contentEquals(status)) {
                accepted++;
            } else {
                others++;
            }
        }

        boolean isOver() {
            long planned = start + total * TimeUnit.SECONDS.toNanos(1) / rate;
            return (sent == total && accepted + refused + others == total) || System.nanoTime() - planned > DRAIN_NANOS;
        }
    }

    /** A repeated task that throws is not repeated, and nobody is told. */
    private void ticked(Channel channel, Run run) {
        try {
            tick(channel, run);
        } catch (RuntimeException e) {
            run.done.completeExceptionally(e);
        }
    }

    private void tick(Channel channel, Run run) {
        if (run.isOver()) {
            run.done.complete(new Count(run.total, run.accepted, run.refused));
            return;
        }
        Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
        ChannelHandlerContext context = channel.pipeline().context(Http2ConnectionHandler.class);
        if (http2 == null || context == null) {
            return;
        }
        long due = run.due();
        if (run.sent < due) {
            for (; run.sent < due; run.sent++) {
                send(http2, context);
            }
            context.flush();
        }
    }

    private void send(Http2ConnectionHandler http2, ChannelHandlerContext context) {
        int stream = http2.connection().local().incrementAndGetNextStreamId();
        ByteBuf bytes = Unpooled.wrappedBuffer(
                (body.beforeId() + UUID.randomUUID() + body.afterId()).getBytes(StandardCharsets.UTF_8));
        Future<?> unusedHead = http2.encoder().writeHeaders(context, stream, headers, 0, false, context.newPromise());
        Future<?> unusedBody = http2.encoder().writeData(context, stream, bytes, 0, true, context.newPromise());
    }

    /** Counts answers; what they say is not looked at. */
    private static final class Answers extends Http2FrameAdapter {

        private final Run run;

        Answers(Run run) {
            this.run = run;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context, int stream, Http2Headers answer, int padding, boolean end) {
            if (answer.status() != null) {
                run.answered(answer.status());
            }
        }

        /** What is due after it cannot be sent, and would look as if nobody had answered. */
        @Override
        public void onGoAwayRead(ChannelHandlerContext context, int last, long error, ByteBuf why) {
            run.done.completeExceptionally(new BenchException("flood: GOAWAY with error " + error + ", '"
                    + why.toString(StandardCharsets.UTF_8) + "' (expected the connection to stay)"));
        }

        @Override
        @SuppressWarnings("checkstyle:ParameterNumber") // Netty's signature.
        public void onHeadersRead(
                ChannelHandlerContext context,
                int stream,
                Http2Headers answer,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end) {
            onHeadersRead(context, stream, answer, padding, end);
        }
    }

    @Override
    public void close() {
        Future<?> unused = thread.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
