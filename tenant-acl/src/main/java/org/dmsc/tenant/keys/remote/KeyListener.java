package org.dmsc.tenant.keys.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a keys node listens: HTTP/1.1 over TLS 1.3 with certificates on both sides. Each request is checked anew, because TLS asks nobody when a
 * session is resumed, and a peer may be revoked while its connection stands.
 *
 * <p>The JDK's own server: a question comes once an hour for each tenant and process, and nothing of the HTTP edge is needed for it.
 */
public final class KeyListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeyListener.class);

    private static final int THREADS = 8;
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final KeyDesk desk;
    private final PeerValidator peers;
    private final Refusals refusals;
    private final HttpsServer server;
    private final ExecutorService threads;

    /** Hears of each refusal, for the audit log. */
    @FunctionalInterface
    public interface Refusals {
        /**
         * MUST NOT block.
         *
         * @param actor SPIFFE id, or {@code anonymous@<address>}
         * @param object what was asked for
         */
        void refused(String actor, RefusedException refused, String object);
    }

    /**
     * Binds the address; nothing is answered yet.
     *
     * @param peers who is let in; MUST be one that hears revocations
     * @throws UncheckedIOException when the address is in use
     */
    public KeyListener(
            InetSocketAddress address,
            KeyDesk desk,
            Supplier<IssuedIdentity> identity,
            PeerValidator peers,
            Refusals refusals) {
        this.desk = desk;
        this.peers = peers;
        this.refusals = refusals;
        // Read by the JDK's server once, when its first instance is made. Without the first, an answer waits 40 ms for
        // an
        // acknowledgement; without the second, whoever sends nothing keeps a thread.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", Long.toString(LONGEST_REQUEST.toSeconds()));
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "dmsc-keys-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try {
            this.server = HttpsServer.create(address, 0);
        } catch (IOException e) {
            threads.shutdown();
            throw new UncheckedIOException(e);
        }
        server.setHttpsConfigurator(new BothSides(NodeTls.context(identity, peers.trustManager())));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    private static final class BothSides extends HttpsConfigurator {

        BothSides(SSLContext context) {
            super(context);
        }

        @Override
        public void configure(HttpsParameters parameters) {
            SSLParameters tls = getSSLContext().getDefaultSSLParameters();
            tls.setProtocols(new String[] {"TLSv1.3"});
            tls.setNeedClientAuth(true);
            parameters.setSSLParameters(tls);
        }
    }

    /** Begins to answer. */
    public void start() {
        server.start();
    }

    /** Where it listens. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String actor = "anonymous@" + exchange.getRemoteAddress().getAddress().getHostAddress();
        String object = exchange.getRequestMethod() + " " + KeyMessages.PATH;
        try {
            SpiffeId peer = peer(exchange);
            actor = peer.uri();
            if (!exchange.getRequestMethod().equals("POST")
                    || !exchange.getRequestURI().getPath().equals(KeyMessages.PATH)) {
                respond(exchange, NOT_FOUND, new byte[0]);
                return;
            }
            byte[] question = exchange.getRequestBody().readNBytes(KeyMessages.MOST_BYTES + 1);
            respond(exchange, OK, desk.answer(peer, question));
        } catch (RefusedException e) {
            refuse(exchange, actor, e, object);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("actor", actor).log("a question about keys failed");
            refuse(exchange, actor, new RefusedException(Refusal.INTERNAL, "a fault inside the keys node"), object);
        } finally {
            exchange.close();
        }
    }

    private SpiffeId peer(HttpExchange exchange) {
        try {
            Certificate[] chain = ((HttpsExchange) exchange).getSSLSession().getPeerCertificates();
            return peers.validate(List.copyOf(
                    Arrays.stream(chain).map(X509Certificate.class::cast).toList()));
        } catch (SSLPeerUnverifiedException e) {
            throw new RefusedException(
                    Refusal.UNAUTHENTICATED, "no certificate (expected one of a process of this fabric)");
        }
    }

    private void refuse(HttpExchange exchange, String actor, RefusedException refused, String object)
            throws IOException {
        refusals.refused(actor, refused, object);
        LOG.atInfo()
                .addKeyValue("actor", actor)
                .addKeyValue("refusal", refused.refusal())
                .log(refused.sentence());
        respond(exchange, status(refused.refusal()), KeyMessages.bytes(KeyMessages.refused(refused)));
    }

    private static int status(Refusal refusal) {
        switch (refusal) {
            case UNAUTHENTICATED:
            case REVOKED:
                return UNAUTHORIZED;
            case NOT_PERMITTED:
                return FORBIDDEN;
            case UNAVAILABLE:
            case REVOCATIONS_STALE:
            case INTERNAL:
                return UNAVAILABLE;
            default:
                return BAD_REQUEST;
        }
    }

    private static void respond(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
