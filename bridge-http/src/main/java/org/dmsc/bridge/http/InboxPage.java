package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.http.inbox.Inboxes;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.identity.Caller;

/**
 * Agents that cannot be called fetch their tasks and bring the answers, each its own; an operator has no part in it.
 *
 * <pre>
 *   GET  /v1/agents/{agent}/inbox                   Accept: text/event-stream, or a poll of ?wait= seconds
 *   POST /v1/agents/{agent}/inbox/{delivery}:ack    the agent has it and begins
 *   POST /v1/agents/{agent}/inbox/{delivery}        a StreamResponse of A2A
 * </pre>
 */
final class InboxPage implements Page {

    private static final String ACKNOWLEDGE = ":ack";
    private static final long USUAL_WAIT = 20;
    private static final long LONGEST_WAIT = 60;

    private final Inboxes inboxes;
    private final Agents agents;
    private final EdgeSettings settings;
    private final Clock clock;

    InboxPage(HttpEdgeParts parts, Inboxes inboxes) {
        this.inboxes = inboxes;
        this.agents = parts.agents();
        this.settings = parts.settings();
        this.clock = parts.clock();
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.is(HttpMethod.GET, "v1", "agents", "*", "inbox")) {
            return Optional.of(read(call, reader(call.caller(), call.path().get(2), agents)));
        }
        if (call.is(HttpMethod.POST, "v1", "agents", "*", "inbox", "*")) {
            String name = call.path().get(4);
            return Optional.of(
                    name.endsWith(ACKNOWLEDGE)
                            ? acknowledge(self(call), name.substring(0, name.length() - ACKNOWLEDGE.length()))
                            : answer(call, self(call), name));
        }
        return Optional.empty();
    }

    private CompletionStage<HttpResponse> read(Call call, AgentRef agent) {
        boolean stream = call.header(HttpHeaderNames.ACCEPT.toString())
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .contains("text/event-stream");
        return stream
                ? CompletableFuture.completedStage(InboxStream.of(call, settings, inboxes, agent, clock))
                : InboxPoll.of(call, wait(call), inboxes, agent, clock);
    }

    private static Duration wait(Call call) {
        String given = call.query("wait").orElse(Long.toString(USUAL_WAIT));
        if (!given.matches("[0-9]{1,3}") || Long.parseLong(given) > LONGEST_WAIT) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "wait: is '" + Printable.of(given) + "' (expected 0 to " + LONGEST_WAIT + " seconds)");
        }
        return Duration.ofSeconds(Long.parseLong(given));
    }

    private CompletionStage<HttpResponse> acknowledge(AgentRef agent, String name) {
        return inboxes.acknowledge(agent, name).thenApply(taken -> noContent());
    }

    private CompletionStage<HttpResponse> answer(Call call, AgentRef agent, String name) {
        A2aHeaders.requireJson(call);
        return inboxes.answer(agent, name, call.body()).thenApply(stored -> noContent());
    }

    private static HttpResponse noContent() {
        return HttpResponse.of(HttpStatus.NO_CONTENT);
    }

    /** The agent whose inbox it is, if it is the caller's and there is one. */
    static AgentRef reader(Caller caller, String name, Agents agents) {
        return reader(self(caller, name), agents);
    }

    /** The same where it is not named: the caller itself. */
    static AgentRef reader(Caller caller, Agents agents) {
        return reader(
                caller.agent()
                        .orElseThrow(() -> new RefusedException(
                                Refusal.NOT_PERMITTED, "inbox: is not the caller's (expected an agent)")),
                agents);
    }

    private static AgentRef reader(AgentRef agent, Agents agents) {
        if (agents.find(agent)
                .filter(known -> Reach.of(known.getRegistration()) == Reach.HTTP_INBOX)
                .isEmpty()) {
            throw new RefusedException(
                    Refusal.AGENT_UNKNOWN,
                    "agent " + agent + ": has no inbox (expected POST /v1/agents/" + agent.agent()
                            + " with \"dmsc\":{\"channel\":\"HTTP_INBOX\"} first)");
        }
        return agent;
    }

    private static AgentRef self(Call call) {
        return self(call.caller(), call.path().get(2));
    }

    /** Tasks hold what callers wrote: nobody but the agent itself reads them. */
    private static AgentRef self(Caller caller, String name) {
        return caller.agent()
                .filter(agent -> agent.agent().value().equals(name))
                .orElseThrow(() -> new RefusedException(
                        Refusal.NOT_PERMITTED,
                        "inbox of " + Printable.of(name)
                                + ": is not the caller's (expected an agent to read its own)"));
    }
}
