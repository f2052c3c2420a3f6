package org.dmsc.bridge.http;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.dmsc.bridge.core.AgentLink;
import org.dmsc.bridge.http.a2a.A2aCore;
import org.dmsc.bridge.http.a2a.AgentExtensions;
import org.dmsc.bridge.http.inbox.Inboxes;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP edge: HTTPS only, HTTP/2 and HTTP/1.1 on one port.
 *
 * <pre>
 *   public            GET /.well-known/agent-card.json, /.well-known/card-keys.json, /openapi.yaml, /asyncapi.yaml, /live, /ready
 *   tokens            POST /oauth2/token, GET /oauth2/jwks, /.well-known/oauth-authorization-server
 *   enrolment         /.well-known/est/…, /crl/…
 *   JSON-RPC          POST /, /a2a, /agents/{agent}
 *   HTTP+JSON         /message:send, /message:stream, /tasks…, /extendedAgentCard, each also under /agents/{agent} and /{tenant}
 *   gRPC              /lf.a2a.v1.A2AService/…, /a2a.v1.A2AService/… (0.3), /dmsc.inbox.v1.AgentInbox/Open
 *   MCP               POST /mcp
 *   agents            GET, POST, DELETE /v1/agents…, /v1/agents/{agent}/inbox…, GET /agents/{agent}/.well-known/agent-card.json
 *   0.3               the methods of that version at the JSON-RPC addresses, and /v1/message:send, /v1/tasks…, /v1/card
 *   operators         /v1/config/tenants…, /v1/revocations, /v1/audit, /v1/dead, /v1/tasks/{id}/explain, /v1/status, /metrics
 * </pre>
 */
public final class HttpEdge implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpEdge.class);

    private static final Duration IDLE = Duration.ofSeconds(60);
    private static final Duration QUIET = Duration.ofMillis(100);
    /** Who is refused by headers may send the rest meanwhile; reset at once, some clients lose the answer with it (RFC 9113 8.1). */
    static final Duration REST_OF_BODY = Duration.ofSeconds(1);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
    static final int MOST_HEADER_BYTES = 16 * 1024;

    private final HttpEdgeParts parts;
    private final RegistryWatch watch;
    private final Inboxes inboxes;
    private final Door door;
    private final AtomicReference<Server> server = new AtomicReference<>();

    public HttpEdge(HttpEdgeParts parts) {
        this.parts = parts;
        this.watch = new RegistryWatch(parts.agents());
        this.inboxes =
                new Inboxes(parts.reports(), parts.delegationTokens(), parts.relay(), parts.agents(), parts.clock());
        this.door = new Door(parts);
    }

    /**
     * Opens the port. Blocks until it is open.
     *
     * @throws PortTakenException when somebody else has it
     */
    public void start() {
        watch.start();
        inboxes.start();
        Server starting = server();
        try {
            starting.start().join();
        } catch (CompletionException e) {
            starting.close();
            if (isTaken(e)) {
                throw new PortTakenException(parts.settings(), e);
            }
            throw e;
        }
        server.set(starting);
        LOG.atInfo()
                .addKeyValue("host", parts.settings().host())
                .addKeyValue("port", port())
                .log("HTTP edge listens");
    }

    /** The port that was opened. */
    public int port() {
        Server running = server.get();
        if (running == null) {
            throw new IllegalStateException("the HTTP edge is not started (expected start() first)");
        }
        return running.activeLocalPort();
    }

    /** The way to agents that fetch their tasks here. */
    public AgentLink inboxes() {
        return inboxes;
    }

    /**
     * Drains, then closes: takes no new connection, ends streams (they go on elsewhere), says GOAWAY on connections with requests, refuses
     * new requests with 503, and waits for those under way as long as the settings say. Blocks.
     */
    @Override
    public void close() {
        inboxes.close();
        Server running = server.getAndSet(null);
        if (running != null) {
            CompletableFuture<Void> stopping = running.stop();
            door.drain(parts.settings().manners().drain());
            awaitClosed(running, stopping);
        }
    }

    /**
     * Until the port and every connection are closed. The server's own future comes two seconds later: Netty lets the thread that accepted
     * connections stand quiet that long before it ends, and nobody needs to wait for that.
     */
    private static void awaitClosed(Server server, CompletableFuture<Void> stopping) {
        while (!stopping.isDone() && !(server.activePorts().isEmpty() && server.numConnections() == 0)) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        if (stopping.isDone()) {
            stopping.join();
        }
    }

    /** The native transport reports it as an exception of its own, with the system's words. */
    static boolean isTaken(CompletionException failure) {
        Throwable cause = failure.getCause();
        return cause instanceof BindException
                || (cause instanceof IOException
                        && String.valueOf(cause.getMessage()).contains("in use"));
    }

    private Server server() {
        EdgeSettings settings = parts.settings();
        Failures failures = new Failures(parts.audit(), settings);
        CardSeal seal = new CardSeal(parts);
        A2aCore core =
                new A2aCore(parts.exchange(), parts.push(), new ExtendedCards(parts, seal)::of, this::extensions);
        EdgeService service = new EdgeService(
                parts, door, new PublicPages(settings, parts.status(), seal), pages(core, failures, seal), failures);
        GrpcGate grpc = new GrpcGate(door, failures, settings);
        ServerBuilder builder = Server.builder()
                .port(new InetSocketAddress(settings.host(), settings.port()), SessionProtocol.HTTPS)
                .tlsProvider(EdgeTls.provider(parts.identity()), EdgeTls.config(parts.peers()))
                .maxRequestLength(settings.maxBodyBytes())
                .requestTimeout(settings.bodyPatience())
                .requestAutoAbortDelay(REST_OF_BODY)
                .idleTimeout(IDLE)
                .http1MaxHeaderSize(MOST_HEADER_BYTES)
                .http2MaxHeaderListSize(MOST_HEADER_BYTES)
                .gracefulShutdownTimeout(QUIET, settings.manners().drain().plus(QUIET))
                .disableServerHeader()
                // Failures writes one line for what a client did wrong; the server's own report is a stack trace.
                .unloggedExceptionsReportInterval(Duration.ZERO)
                .childChannelPipelineCustomizer(pipeline -> pipeline.addLast(new ConnectionGuard(parts)))
                .errorHandler(new EdgeErrors(settings))
                .service(grpc.service(core, inboxes, parts), grpc::guarding)
                .service(InboxSockets.PATH, new InboxSockets(parts, door, inboxes, failures).before(service))
                .service("prefix:/", service);
        if (!settings.manners().origins().isEmpty()) {
            builder.decorator(CrossOrigin.decorator(settings.manners()));
        }
        return builder.build();
    }

    private AgentExtensions extensions(TenantId viewer, AgentRef agent) {
        return new VisibleAgents(parts)
                .find(viewer, agent)
                .map(found -> AgentExtensions.of(found.getRegistration().getEndpoint()))
                .orElse(AgentExtensions.NONE);
    }

    private List<Page> pages(A2aCore core, Failures failures, CardSeal seal) {
        RegistrationPage registration = new RegistrationPage(parts, watch, inboxes);
        List<Page> pages = new ArrayList<>();
        if (parts.operators().isEmpty() && parts.pki().isEmpty()) {
            pages.add(new Elsewhere(parts.settings()));
        }
        parts.pki()
                .ifPresent(desk -> pages.add(new PkiPage(desk, parts.settings().domain())));
        parts.schemas().ifPresent(desk -> pages.add(new SchemaPage(desk)));
        pages.addAll(List.of(
                new JsonRpcPage(core, parts.settings(), failures),
                new McpPage(core, parts, failures),
                new DiscoveryPage(parts, seal),
                new OnboardingPage(parts, registration),
                registration,
                new QuarantinePage(parts, registration),
                new InboxPage(parts, inboxes),
                new RestPage(core, parts.settings()),
                new AuditPage(parts),
                new DeadPage(parts),
                new AuditQueryPage(parts),
                new RevocationPage(parts),
                new ConfigPage(parts),
                new TenantLifePage(parts),
                new OperatorPage(parts)));
        return pages;
    }
}
