package org.dmsc.bridge.http;

import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.HttpStatusException;
import java.util.Optional;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.http.a2a.AuditedRefusal;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever went wrong into a refusal, writes one log line and, if nobody did yet, one audit event. */
final class Failures {

    static final String INTERNAL =
            "a fault inside the fabric; its log has the cause (expected: try again, then tell the operator)";

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private final AuditTrail audit;
    private final EdgeSettings settings;

    Failures(AuditTrail audit, EdgeSettings settings) {
        this.audit = audit;
        this.settings = settings;
    }

    /** Of a caller who is known. */
    RefusedException note(Call call, Throwable failure) {
        return noteCalled(call.caller(), call.object(), failure);
    }

    /** The same where there is no {@link Call}. */
    RefusedException noteCalled(Caller caller, String object, Throwable failure) {
        RefusedException refused = refusal(failure);
        if (!(failure instanceof AuditedRefusal)) {
            audit.refused(RefusalNote.of(caller, refused, Optional.of(object)));
        }
        log(caller.id().uri(), object, refused);
        return refused;
    }

    /** Of somebody who is not. */
    RefusedException noteAnonymous(String address, String object, Throwable failure) {
        RefusedException refused = refusal(failure);
        audit.refused(RefusalNote.anonymous(address, refused, Optional.of(object)));
        log("anonymous@" + address, object, refused);
        return refused;
    }

    /** Of a known caller whose request could not even be read. */
    RefusedException noteUnread(Caller caller, String object, Throwable failure) {
        RefusedException refused = refusal(failure);
        audit.refused(RefusalNote.of(caller, refused, Optional.of(object)));
        log(caller.id().uri(), object, refused);
        return refused;
    }

    private RefusedException refusal(Throwable failure) {
        Throwable cause = Exceptions.peel(AuditedRefusal.unwrap(failure));
        if (cause instanceof AuditedRefusal audited) {
            return audited.refused();
        }
        if (cause instanceof RefusedException refused) {
            return refused;
        }
        if (cause instanceof ContentTooLargeException) {
            return new RefusedException(
                    Refusal.TOO_LARGE, "body: is too large (expected at most " + settings.maxBodyBytes() + " bytes)");
        }
        if (cause instanceof ResponseCompleteException
                || cause instanceof HttpStatusException
                || cause instanceof ClosedStreamException) {
            // The server has answered already, or nobody waits for an answer: a body over the limit, a client that hung
            // up.
            return new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "request: was not read to its end (" + Printable.of(String.valueOf(cause.getMessage())) + ")");
        }
        LOG.atWarn().setCause(cause).log("request failed");
        return new RefusedException(Refusal.INTERNAL, INTERNAL);
    }

    private static void log(String actor, String object, RefusedException refused) {
        // Who sends too much must not fill the log with it, nor cost the time of writing a line; the audit log has it,
        // counted.
        if (refused.refusal() == Refusal.RATE_LIMITED && !LOG.isDebugEnabled()) {
            return;
        }
        (refused.refusal() == Refusal.RATE_LIMITED ? LOG.atDebug() : LOG.atInfo())
                .addKeyValue("refusal", refused.refusal())
                .addKeyValue("actor", actor)
                .addKeyValue("object", Printable.of(object))
                .log(Printable.of(refused.sentence()));
    }
}
