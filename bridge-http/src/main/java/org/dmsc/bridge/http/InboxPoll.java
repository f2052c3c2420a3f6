package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.inbox.Inbox;
import org.dmsc.bridge.http.inbox.InboxItem;
import org.dmsc.bridge.http.inbox.InboxReader;
import org.dmsc.bridge.http.inbox.Inboxes;
import org.dmsc.schemas.AgentRef;

/** One look into an inbox: answered as soon as something is there, or empty when the wait is over. */
final class InboxPoll implements InboxReader {

    private final CompletableFuture<List<InboxItem>> found = new CompletableFuture<>();
    private final Clock clock;

    private InboxPoll(Clock clock) {
        this.clock = clock;
    }

    /** The answer, when there is one. */
    static CompletionStage<HttpResponse> of(Call call, Duration wait, Inboxes inboxes, AgentRef agent, Clock clock) {
        call.context().clearRequestTimeout();
        InboxPoll poll = new InboxPoll(clock);
        Inbox inbox = inboxes.attach(agent, poll);
        ScheduledFuture<?> end = call.context()
                .eventLoop()
                .withoutContext()
                .schedule(() -> poll.ready(inbox), wait.toMillis(), TimeUnit.MILLISECONDS);
        var unused = call.context().whenRequestCancelled().thenRun(() -> inbox.closed(poll, clock.millis()));
        return poll.found.thenApply(items -> {
            end.cancel(false);
            return Answers.json(HttpStatus.OK, json(items));
        });
    }

    @Override
    public void ready(Inbox inbox) {
        synchronized (inbox) {
            if (!found.isDone()) {
                found.complete(inbox.take());
                inbox.pausing(this, clock.millis());
            }
        }
    }

    @Override
    public void dismissed(String why) {
        found.complete(List.of());
    }

    private static ObjectNode json(List<InboxItem> items) {
        ObjectNode json = A2aJson.object();
        ArrayNode all = json.putArray("items");
        items.forEach(item -> {
            ObjectNode one = all.addObject();
            one.put("kind", item.kind().name().toLowerCase(Locale.ROOT));
            one.put("delivery", item.delivery());
            one.set("request", item.request());
        });
        return json;
    }
}
