package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.SendRequests;
import org.dmsc.bridge.http.a2a.A2aCore;
import org.dmsc.bridge.http.a2a.Answer;
import org.dmsc.bridge.http.a2a.Asking;
import org.dmsc.bridge.http.a2a.OldCall;
import org.dmsc.schemas.AgentRef;

/** A2A over HTTP+JSON: at the root the gateway itself, under {@code /agents/<agent>} an agent; below {@code /v1} as 0.3 had it. */
final class RestPage implements Page {

    private final A2aCore core;
    private final EdgeSettings settings;

    RestPage(A2aCore core, EdgeSettings settings) {
        this.core = core;
        this.settings = settings;
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        Call below = ofAgent(call) ? call.below(2) : call;
        Optional<RestRoute> old =
                call.asking(Optional.empty()).parameters().old() ? RestRoute.ofOld(below) : Optional.empty();
        if (old.isPresent()) {
            return Optional.of(translated(call, old.get()));
        }
        return RestRoute.of(below)
                .map(route -> performed(call, call.asking(addressed(call)), route)
                        .thenApply(answer -> rendered(call, answer)));
    }

    private CompletionStage<HttpResponse> translated(Call call, RestRoute route) {
        OldCall old = OldCall.rest(route.operation(), route.request());
        Asking asking = call.asking(addressed(call)).upgraded();
        return performed(call, asking, new RestRoute(old.operation(), old.request()))
                .thenApply(answer -> answer.fold(
                        whole -> Answers.json(HttpStatus.OK, MediaType.JSON, old.result(whole)),
                        stream -> EventStream.of(
                                call,
                                settings,
                                stream,
                                Framing.rest(settings.profile()).translated(old::event))));
    }

    private CompletionStage<Answer> performed(Call call, Asking asking, RestRoute route) {
        if (route.operation().waits()) {
            call.context().clearRequestTimeout();
        }
        call.confirm(core.activated(asking));
        return core.perform(asking, route.operation(), route.request());
    }

    private static boolean ofAgent(Call call) {
        return call.path().size() > 2 && call.path().get(0).equals("agents");
    }

    private static Optional<AgentRef> addressed(Call call) {
        return ofAgent(call)
                ? Optional.of(
                        SendRequests.agent(call.path().get(1), call.caller().tenant()))
                : Optional.empty();
    }

    private HttpResponse rendered(Call call, Answer answer) {
        return answer.fold(
                whole -> Answers.json(
                        HttpStatus.OK, Answers.negotiated(call.request().headers(), settings.profile()), whole),
                stream -> EventStream.of(call, settings, stream, Framing.rest(settings.profile())));
    }
}
