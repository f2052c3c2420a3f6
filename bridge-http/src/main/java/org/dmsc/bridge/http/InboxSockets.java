package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.websocket.WebSocket;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.websocket.WebSocketService;
import io.netty.util.AttributeKey;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.http.inbox.Inbox;
import org.dmsc.bridge.http.inbox.Inboxes;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;

/**
 * Inboxes by WebSocket, over HTTP/1.1 (RFC 6455) and HTTP/2 (RFC 8441), at the address of the inbox itself; requests that want no WebSocket go to
 * where they always go. Passes the same door as every request. Pages of other origins are refused.
 */
final class InboxSockets {

    static final String PATH = "/v1/agents/{agent}/inbox";

    private static final AttributeKey<AgentRef> AGENT = AttributeKey.valueOf(InboxSockets.class, "agent");

    private final HttpEdgeParts parts;
    private final Door door;
    private final Inboxes inboxes;
    private final Failures failures;

    InboxSockets(HttpEdgeParts parts, Door door, Inboxes inboxes, Failures failures) {
        this.parts = parts;
        this.door = door;
        this.inboxes = inboxes;
        this.failures = failures;
    }

    /** Before a service that serves the same address to all others. */
    HttpService before(HttpService plain) {
        return WebSocketService.builder(this::opened)
                .maxFramePayloadLength(parts.settings().maxBodyBytes())
                .aggregateContinuation(true)
                // Agents send no Origin, which Armeria would insist on; see admitted().
                .allowedOrigins("*")
                .fallbackService(plain)
                .build()
                .decorate(this::admitted);
    }

    private HttpResponse admitted(HttpService delegate, ServiceRequestContext context, HttpRequest request)
            throws Exception {
        RequestHeaders headers = request.headers();
        if (!wantsSocket(headers)) {
            // A WebSocket has no such limits, and they are this address's.
            context.setMaxRequestLength(parts.settings().maxBodyBytes());
            context.setRequestTimeout(parts.settings().bodyPatience());
            return delegate.serve(context, request);
        }
        Caller caller;
        try {
            door.requireCleanHeaders(headers);
            requireOrigin(headers.get(HttpHeaderNames.ORIGIN, ""));
            caller = door.identify(context, headers);
        } catch (RefusedException e) {
            return refused(failures.noteAnonymous(PeerCredentials.address(context), EdgeService.object(headers), e));
        }
        try {
            door.room(context, caller, headers).close();
            String name = String.valueOf(context.pathParam("agent"));
            context.setAttr(AGENT, InboxPage.reader(caller, name, parts.agents()));
        } catch (RefusedException e) {
            return refused(failures.noteUnread(caller, EdgeService.object(headers), e));
        }
        return delegate.serve(context, request);
    }

    /** Browsers open WebSockets to anywhere, and say from where: only pages that may call may do that. */
    private void requireOrigin(String origin) {
        if (!origin.isEmpty() && !parts.settings().manners().origins().contains(origin)) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "Origin: '" + Printable.of(origin) + "' (expected one of http.cors-origins, or no web page)");
        }
    }

    private static boolean wantsSocket(RequestHeaders headers) {
        return headers.method() == HttpMethod.CONNECT
                || "websocket".equalsIgnoreCase(headers.get(HttpHeaderNames.UPGRADE, ""));
    }

    private HttpResponse refused(RefusedException why) {
        return Answers.error(why, Answers.A2A_JSON, parts.settings().profile());
    }

    private WebSocket opened(ServiceRequestContext context, WebSocket in) {
        AgentRef agent = context.attr(AGENT);
        if (agent == null) {
            throw new IllegalStateException("a WebSocket that did not come through the door");
        }
        InboxSocket socket = new InboxSocket(agent, parts.quotas(), inboxes);
        Inbox inbox = inboxes.attach(agent, socket);
        long interval = parts.settings().heartbeat().toMillis();
        ScheduledFuture<?> heart = context.eventLoop()
                .withoutContext()
                .scheduleAtFixedRate(socket.writer()::writePing, interval, interval, TimeUnit.MILLISECONDS);
        var unused = socket.writer().whenComplete().whenComplete((done, failure) -> {
            heart.cancel(false);
            inbox.closed(socket, parts.clock().millis());
        });
        in.subscribe(socket);
        return socket.writer();
    }
}
