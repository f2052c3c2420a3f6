package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.SendRequests;
import org.dmsc.bridge.http.a2a.A2aCore;
import org.dmsc.bridge.http.a2a.Answer;
import org.dmsc.schemas.AgentRef;

/** A2A over HTTP+JSON: at the root the gateway itself, under {@code /agents/<agent>} an agent. */
final class RestPage implements Page {

    private final A2aCore core;
    private final EdgeSettings settings;

    RestPage(A2aCore core, EdgeSettings settings) {
        this.core = core;
        this.settings = settings;
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        boolean ofAgent = call.path().size() > 2 && call.path().get(0).equals("agents");
        Optional<RestRoute> route = RestRoute.of(ofAgent ? call.below(2) : call);
        if (route.isEmpty()) {
            return Optional.empty();
        }
        Optional<AgentRef> addressed = ofAgent
                ? Optional.of(
                        SendRequests.agent(call.path().get(1), call.caller().tenant()))
                : Optional.empty();
        if (route.get().operation().waits()) {
            call.context().clearRequestTimeout();
        }
        return Optional.of(core.perform(
                        call.asking(addressed),
                        route.get().operation(),
                        route.get().request())
                .thenApply(answer -> rendered(call, answer)));
    }

    private HttpResponse rendered(Call call, Answer answer) {
        return answer.fold(
                whole -> Answers.json(
                        HttpStatus.OK,
                        Answers.negotiated(call.request().headers(), settings.profile()),
                        whole,
                        call.request().headers()),
                stream -> EventStream.of(call, settings, stream, Framing.rest(settings.profile())));
    }
}
