package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * EST alone on a port of its own, where TLS 1.2 is offered beside 1.3 to clients that know no better (strongSwan 5.9). Everything else of
 * the edge stays on its own port with 1.3 only.
 */
public final class EstListener implements AutoCloseable {

    private static final int MOST_HEADER_BYTES = 16 * 1024;

    private final HttpEdgeParts parts;
    private final InetSocketAddress at;
    private final AtomicReference<Server> server = new AtomicReference<>();

    public EstListener(HttpEdgeParts parts, InetSocketAddress at) {
        this.parts = parts;
        this.at = at;
    }

    /**
     * Opens the port. Blocks until it is open.
     *
     * @throws PortTakenException when somebody else has it
     */
    public void start() {
        Failures failures = new Failures(parts.audit(), parts.settings());
        EstPages pages = new EstPages(
                parts.pki().orElseThrow(() -> new IllegalStateException("no EST without the fabric's keys")),
                parts,
                failures);
        Server starting = Server.builder()
                .port(at, SessionProtocol.HTTPS)
                .tlsProvider(EdgeTls.provider(parts.identity()), EdgeTls.withTls12(parts.peers()))
                .requestTimeout(parts.settings().bodyPatience())
                .requestAutoAbortDelay(HttpEdge.REST_OF_BODY)
                .idleTimeout(Duration.ofSeconds(30))
                .http1MaxHeaderSize(MOST_HEADER_BYTES)
                .http2MaxHeaderListSize(MOST_HEADER_BYTES)
                .disableServerHeader()
                .unloggedExceptionsReportInterval(Duration.ZERO)
                .errorHandler(new EdgeErrors(parts.settings()))
                .service("prefix:/", (context, request) -> answer(pages, context, request))
                .build();
        try {
            starting.start().join();
        } catch (CompletionException e) {
            starting.close();
            if (HttpEdge.isTaken(e)) {
                throw new PortTakenException("est", at.getPort(), at.getHostString(), e);
            }
            throw e;
        }
        server.set(starting);
    }

    /** The port that was opened. */
    public int port() {
        Server running = server.get();
        if (running == null) {
            throw new IllegalStateException("the EST listener is not started (expected start() first)");
        }
        return running.activeLocalPort();
    }

    @Override
    public void close() {
        Server running = server.getAndSet(null);
        if (running != null) {
            running.stop().join();
        }
    }

    private static HttpResponse answer(EstPages pages, ServiceRequestContext context, HttpRequest request) {
        return EstPages.takes(context.path()) ? pages.answer(context, request) : HttpResponse.of(HttpStatus.NOT_FOUND);
    }
}
