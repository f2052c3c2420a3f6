package org.dmsc.bridge.http.fetch;

import com.linecorp.armeria.client.ResponseTimeoutException;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.util.Exceptions;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.fetch.Destination;
import org.dmsc.tenant.fetch.FetchPolicy;

/** What a failed fetch means, in words that tell nothing about the inside network. Pure. */
final class FetchFailures {

    private FetchFailures() {}

    static RefusedException of(Destination destination, FetchPolicy policy, Throwable failure) {
        Throwable cause = Exceptions.peel(failure);
        if (cause instanceof RefusedException refused) {
            return refused;
        }
        if (cause instanceof UnprocessedRequestException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof RejectedExecutionException) {
            return new RefusedException(Refusal.OVERLOADED, "url: too many fetches at once (expected to try again)");
        }
        return new RefusedException(
                Refusal.FETCH_FAILED, "url: " + destination.authority() + " " + words(cause, policy));
    }

    private static String words(Throwable cause, FetchPolicy policy) {
        if (cause instanceof ContentTooLargeException) {
            return "sent more than " + policy.maxBytes() + " bytes (expected a card or a key set)";
        }
        if (cause instanceof ResponseTimeoutException || cause instanceof TimeoutException) {
            return "did not answer within " + policy.patience().toSeconds() + " s (expected a whole answer)";
        }
        if (cause instanceof SSLException) {
            return "did not prove who it is (expected a certificate that counts for it; for an agent the fabric's, for an issuer"
                    + " one of a public CA or of fetch.authorities)";
        }
        return "could not be reached (expected HTTPS there)";
    }
}
