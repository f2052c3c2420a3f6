package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.inbox.Inbox;
import org.dmsc.bridge.http.inbox.InboxReader;
import org.dmsc.bridge.http.inbox.Inboxes;
import org.dmsc.schemas.AgentRef;

/**
 * An inbox as server-sent events: {@code open} first, then {@code delivery} and {@code cancel} as they come, {@code dismissed} before the
 * gateway ends it. An agent is present for as long as its stream is open.
 */
final class InboxStream implements InboxReader {

    private final SseWriter writer;

    private InboxStream(SseWriter writer) {
        this.writer = writer;
    }

    /** The stream as a response, begun. */
    static HttpResponse of(Call call, EdgeSettings settings, Inboxes inboxes, AgentRef agent, Clock clock) {
        call.context().clearRequestTimeout();
        SseWriter writer = new SseWriter(
                Answers.headers(HttpStatus.OK, MediaType.EVENT_STREAM).build());
        writer.event("open", "", A2aJson.bytes(A2aJson.object().put("agent", agent.toString())));
        InboxStream stream = new InboxStream(writer);
        long interval = settings.heartbeat().toMillis();
        ScheduledFuture<?> heart = call.context()
                .eventLoop()
                .withoutContext()
                .scheduleAtFixedRate(writer::alive, interval, interval, TimeUnit.MILLISECONDS);
        Inbox inbox = inboxes.attach(agent, stream);
        var unused = writer.over().whenComplete((done, failure) -> {
            heart.cancel(false);
            inbox.closed(stream, clock.millis());
        });
        return writer.response();
    }

    @Override
    public void ready(Inbox inbox) {
        inbox.take()
                .forEach(item -> writer.event(
                        item.kind().name().toLowerCase(Locale.ROOT), item.delivery(), A2aJson.bytes(item.request())));
    }

    @Override
    public void dismissed(String why) {
        ObjectNode said = A2aJson.object().put("reason", why);
        writer.event("dismissed", "", A2aJson.bytes(said));
        writer.end();
    }
}
