package org.dmsc.bridge.http.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.schemas.Refusal;

/**
 * Looks at the heads of HTTP/1.1 requests before the codec does, for what the codec mends in silence and two servers could read in two ways
 * (cases 26 to 28 of security.md): a header on several lines, a transfer encoding beside chunked, no Host. And for heads that do not come to their end
 * (case 36). Of requests sent in one go without waiting for answers it sees the first only; the codec's own rules hold for all.
 */
public final class Http1Head extends ChannelInboundHandlerAdapter {

    /** Longer ones are the codec's to refuse. */
    private static final int MOST = 32 * 1024;

    private final Duration patience;
    private final StringBuilder head = new StringBuilder();
    private boolean inHead = true;
    private Optional<String> codecName = Optional.empty();
    private Optional<ScheduledFuture<?>> late = Optional.empty();

    /** @param patience from a head's first byte to its last */
    public Http1Head(Duration patience) {
        super();
        this.patience = patience;
    }

    private record Fault(String status, String sentence) {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (inHead && message instanceof ByteBuf bytes && speaksHttp(context)) {
            Optional<Fault> fault = scan(context, bytes);
            if (fault.isPresent()) {
                bytes.release();
                refuse(context, fault.get());
                return;
            }
        }
        super.channelRead(context, message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        inTime();
        super.channelInactive(context);
    }

    private Optional<Fault> scan(ChannelHandlerContext context, ByteBuf bytes) {
        if (late.isEmpty()) {
            late = Optional.of(context.executor()
                    .schedule(
                            () -> refuse(
                                    context,
                                    new Fault(
                                            "408 Request Timeout",
                                            "headers: did not arrive within " + patience.toMillis()
                                                    + " ms (expected the whole head)")),
                            patience.toMillis(),
                            TimeUnit.MILLISECONDS));
        }
        for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
            char c = (char) (bytes.getByte(i) & 0xff);
            if (head.isEmpty() && c <= ' ') {
                continue;
            }
            head.append(c);
            boolean complete = c == '\n' && endsHead();
            if (complete || head.length() > MOST) {
                String text = head.toString();
                head.setLength(0);
                inHead = false;
                inTime();
                return complete ? fault(text) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private boolean endsHead() {
        int length = head.length();
        return length >= 4 && head.substring(length - 4).equals("\r\n\r\n");
    }

    /** Not any more when the codec is gone: what comes then are frames of a WebSocket. */
    private boolean speaksHttp(ChannelHandlerContext context) {
        if (codecName.isEmpty()) {
            follow(context);
            return true;
        }
        return context.pipeline().get(codecName.get()) != null;
    }

    /** Behind the codec, where it is known when a request is over and the next head begins. */
    private void follow(ChannelHandlerContext context) {
        // Armeria's own class of that name is not public.
        codecName = context.pipeline().toMap().entrySet().stream()
                .filter(entry -> entry.getValue().getClass().getSimpleName().equals("HttpServerCodec"))
                .map(Map.Entry::getKey)
                .findFirst();
        if (codecName.isPresent()) {
            context.pipeline().addAfter(codecName.get(), null, new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext below, Object message) throws Exception {
                    if (message instanceof LastHttpContent) {
                        inHead = true;
                    }
                    super.channelRead(below, message);
                }
            });
        }
    }

    private void inTime() {
        late.ifPresent(waiting -> waiting.cancel(false));
        late = Optional.empty();
    }

    private static Optional<Fault> fault(String head) {
        String[] lines = head.split("\r\n", -1);
        int hosts = 0;
        for (int i = 1; i < lines.length; i++) {
            String line = lines[i];
            if (line.isEmpty()) {
                continue;
            }
            if (line.startsWith(" ") || line.startsWith("\t")) {
                return Optional.of(bad("headers: hold a line that goes on with the next (expected one line for each)"));
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (name.equals("host")) {
                hosts++;
            }
            if (name.equals("transfer-encoding")
                    && !line.substring(colon + 1).trim().equalsIgnoreCase("chunked")) {
                return Optional.of(new Fault(
                        "501 Not Implemented", "Transfer-Encoding: is not understood (expected chunked, or none)"));
            }
        }
        return hosts == 0 && lines[0].endsWith("HTTP/1.1")
                ? Optional.of(bad("Host: is missing (expected it once)"))
                : Optional.empty();
    }

    private static Fault bad(String sentence) {
        return new Fault("400 Bad Request", sentence);
    }

    private void refuse(ChannelHandlerContext context, Fault fault) {
        inHead = false;
        inTime();
        byte[] body = A2aJson.bytes(Errors.http(Refusal.INVALID_REQUEST, fault.sentence()));
        String answer = "HTTP/1.1 " + fault.status() + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length + "\r\nConnection: close\r\n\r\n";
        var unused = context.writeAndFlush(Unpooled.wrappedBuffer(answer.getBytes(StandardCharsets.US_ASCII), body))
                .addListener(ChannelFutureListener.CLOSE);
    }
}
