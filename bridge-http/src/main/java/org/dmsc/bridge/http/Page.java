package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpResponse;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Answers some of the authenticated requests. */
interface Page {

    /**
     * The answer; empty when the request is for somebody else. Refusals are thrown or fail the stage.
     */
    Optional<CompletionStage<HttpResponse>> answer(Call call);
}
