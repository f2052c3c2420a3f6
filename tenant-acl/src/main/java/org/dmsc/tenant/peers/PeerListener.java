package org.dmsc.tenant.peers;

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
 * Where a process of the fabric answers questions of others: HTTP/1.1 over TLS 1.3 with certificates on both sides. Each request is checked
 * anew, because TLS asks nobody when a session is resumed, and a peer may be revoked while its connection stands. It is bound when it is made,
 * so that its port can be told to others; who asks before {@link #start} waits.
 *
 * <p>The JDK's own server: nothing of the HTTP edge is needed here. Thread-safe.
 */
public final class PeerListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PeerListener.class);

    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final Questions questions;
    private final HttpsServer server;
    private final ExecutorService threads;

    /**
     * What is asked here.
     *
     * @param about in one word, for thread names and logs
     * @param path where questions are posted
     * @param mostBytes of a question; the desk is shown one more byte of what is longer, and MUST refuse that
     * @param threads how many are answered at once
     */
    public record Questions(String about, String path, int mostBytes, int threads) {}

    /** Answers questions. */
    @FunctionalInterface
    public interface Desk {
        /**
         * MAY block, as long as the listener has threads for it.
         *
         * @param peer proven by TLS, and not revoked
         * @throws RefusedException what becomes the answer, and is noted
         */
        byte[] answer(SpiffeId peer, byte[] question);
    }

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
     * Who answers, and to whom.
     *
     * @param peers who is let in; MUST be one that hears revocations
     */
    public record Answering(Desk desk, Supplier<IssuedIdentity> identity, PeerValidator peers, Refusals refusals) {}

    /**
     * Binds the address; nothing is answered yet.
     *
     * @throws UncheckedIOException when the address is in use
     */
    public PeerListener(InetSocketAddress address, Questions questions) {
        this.questions = questions;
        // Read by the JDK's server once, when its first instance is made. Without the first, an answer waits 40 ms for
        // an
        // acknowledgement; without the second, whoever sends nothing keeps a thread.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", Long.toString(LONGEST_REQUEST.toSeconds()));
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(questions.threads(), task -> {
            Thread thread = new Thread(task, "dmsc-" + questions.about() + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try {
            this.server = HttpsServer.create(address, 0);
        } catch (IOException e) {
            threads.shutdown();
            throw new UncheckedIOException(e);
        }
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

    /** Begins to answer; once. */
    public void start(Answering answering) {
        server.setHttpsConfigurator(new BothSides(
                NodeTls.context(answering.identity(), answering.peers().trustManager())));
        server.setExecutor(threads);
        server.createContext("/", exchange -> handle(exchange, answering));
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

    private void handle(HttpExchange exchange, Answering answering) throws IOException {
        String actor = "anonymous@" + exchange.getRemoteAddress().getAddress().getHostAddress();
        String object = exchange.getRequestMethod() + " " + questions.path();
        try {
            SpiffeId peer = peer(exchange, answering.peers());
            actor = peer.uri();
            if (!exchange.getRequestMethod().equals("POST")
                    || !exchange.getRequestURI().getPath().equals(questions.path())) {
                respond(exchange, NOT_FOUND, new byte[0]);
                return;
            }
            byte[] question = exchange.getRequestBody().readNBytes(questions.mostBytes() + 1);
            respond(exchange, OK, answering.desk().answer(peer, question));
        } catch (RefusedException e) {
            refuse(exchange, answering.refusals(), new Refused(actor, e, object));
        } catch (RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("actor", actor)
                    .log("a question about " + questions.about() + " failed");
            refuse(
                    exchange,
                    answering.refusals(),
                    new Refused(
                            actor, new RefusedException(Refusal.INTERNAL, "a fault inside the node asked"), object));
        } finally {
            exchange.close();
        }
    }

    private static SpiffeId peer(HttpExchange exchange, PeerValidator peers) {
        try {
            Certificate[] chain = ((HttpsExchange) exchange).getSSLSession().getPeerCertificates();
            return peers.validate(List.copyOf(
                    Arrays.stream(chain).map(X509Certificate.class::cast).toList()));
        } catch (SSLPeerUnverifiedException e) {
            throw new RefusedException(
                    Refusal.UNAUTHENTICATED, "no certificate (expected one of a process of this fabric)");
        }
    }

    private record Refused(String actor, RefusedException why, String object) {}

    private static void refuse(HttpExchange exchange, Refusals refusals, Refused refused) throws IOException {
        refusals.refused(refused.actor(), refused.why(), refused.object());
        LOG.atInfo()
                .addKeyValue("actor", refused.actor())
                .addKeyValue("refusal", refused.why().refusal())
                .log(refused.why().sentence());
        respond(exchange, status(refused.why().refusal()), PeerRefusals.bytes(refused.why()));
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
