package org.dmsc.bridge.http.agents;

import com.linecorp.armeria.client.ResponseTimeoutException;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.Exceptions;
import javax.net.ssl.SSLException;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** What a failed call means: whether the agent may have done the work. Pure. */
final class AgentFailures {

    private AgentFailures() {}

    /** How an attempt ended without a result. */
    record Ending(Refusal refusal, String reason, Certainty certainty) {}

    /** Thrown where a status travels as a failure. */
    static final class StatusException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Ending ending;

        StatusException(Ending ending) {
            super(ending.reason(), null, false, false);
            this.ending = ending;
        }
    }

    static Ending of(Throwable failure) {
        Throwable cause = Exceptions.peel(failure);
        if (cause instanceof StatusException status) {
            return status.ending;
        }
        if (cause instanceof RefusedException refused) {
            Certainty certainty = refused.refusal() == Refusal.AGENT_FAILED ? Certainty.CERTAIN : Certainty.UNCERTAIN;
            return new Ending(refused.refusal(), refused.sentence(), certainty);
        }
        if (cause instanceof UnprocessedRequestException) {
            return unreached(cause.getCause() == null ? cause : cause.getCause());
        }
        if (cause instanceof ResponseTimeoutException) {
            return new Ending(Refusal.ATTEMPT_TIMED_OUT, "the agent did not answer in time", Certainty.UNCERTAIN);
        }
        if (cause instanceof ContentTooLargeException) {
            return new Ending(Refusal.INVALID_AGENT_RESPONSE, "answer: is too large", Certainty.UNCERTAIN);
        }
        return new Ending(
                Refusal.AGENT_LOST,
                "the connection to the agent ended before its answer ("
                        + cause.getClass().getSimpleName() + ")",
                Certainty.UNCERTAIN);
    }

    /** Of a question about a task that the agent has: whatever went wrong, it may have done the work. */
    static Ending afterDelivery(Throwable failure) {
        Ending ending = of(failure);
        Refusal refusal = ending.refusal() == Refusal.UNDELIVERABLE ? Refusal.AGENT_LOST : ending.refusal();
        return new Ending(refusal, ending.reason(), Certainty.UNCERTAIN);
    }

    static Ending ofStatus(HttpStatus status) {
        String reason = "the agent answered HTTP " + status.code();
        if (status.isClientError() || status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
            return new Ending(Refusal.UNDELIVERABLE, reason + " (expected 200)", Certainty.CERTAIN);
        }
        return new Ending(Refusal.AGENT_FAILED, reason + " (expected 200)", Certainty.UNCERTAIN);
    }

    /** A gRPC status before any message: as the HTTP status that means the same. */
    static Ending ofGrpc(int status) {
        String reason = "the agent answered gRPC status " + status;
        return switch (status) {
            // INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION
            case 3, 5, 9 -> new Ending(Refusal.AGENT_FAILED, reason + " (expected 0)", Certainty.CERTAIN);
            // DEADLINE_EXCEEDED
            case 4 -> new Ending(Refusal.ATTEMPT_TIMED_OUT, "the agent did not answer in time", Certainty.UNCERTAIN);
            // PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAVAILABLE, UNAUTHENTICATED
            case 7, 8, 12, 14, 16 -> new Ending(Refusal.UNDELIVERABLE, reason + " (expected 0)", Certainty.CERTAIN);
            default -> new Ending(Refusal.AGENT_FAILED, reason + " (expected 0)", Certainty.UNCERTAIN);
        };
    }

    /** The same when the agent had begun to answer: CANCELLED and UNAVAILABLE are what proxies make of a cut connection. */
    static Ending ofGrpcLater(int status) {
        Ending ending = ofGrpc(status);
        boolean cut = status == 1 || status == 14;
        return new Ending(cut ? Refusal.AGENT_LOST : Refusal.AGENT_FAILED, ending.reason(), Certainty.UNCERTAIN);
    }

    /** Whether the agent may be there, and its task with it, though the connection is not. */
    static boolean isCut(Throwable failure) {
        Throwable cause = Exceptions.peel(failure);
        return cause instanceof UnprocessedRequestException
                || (!(cause instanceof RefusedException) && of(cause).refusal() == Refusal.AGENT_LOST);
    }

    /** Whether an agent that is there did not want to be asked that: by status, or with an error of A2A. */
    static boolean isRefused(Throwable failure) {
        Throwable cause = Exceptions.peel(failure);
        return (cause instanceof StatusException && !isCut(cause))
                || (cause instanceof RefusedException refused && refused.refusal() == Refusal.AGENT_FAILED);
    }

    private static Ending unreached(Throwable cause) {
        String why = cause instanceof SSLException
                ? "it did not prove to be the agent that is registered (expected its certificate of the fabric's CA)"
                : cause.getClass().getSimpleName();
        return new Ending(Refusal.UNDELIVERABLE, "the agent could not be reached: " + why, Certainty.CERTAIN);
    }
}
