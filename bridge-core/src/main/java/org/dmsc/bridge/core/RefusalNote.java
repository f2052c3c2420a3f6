package org.dmsc.bridge.core;

import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.Caller;

/**
 * Somebody was refused something, or would have been.
 *
 * @param tenant whose audit log it belongs to; empty before that is known, then it goes to the fabric's own log {@code sys}
 * @param actor SPIFFE id, or {@code anonymous@<address>}
 * @param object what was asked for: an agent, a topic, a path
 */
public record RefusalNote(
        Optional<TenantId> tenant,
        String actor,
        Refusal refusal,
        String sentence,
        Optional<String> object,
        Optional<String> taskId,
        Weight weight) {

    /** Whether it was a refusal, or what a rule in a dry run would have refused. */
    public enum Weight {
        REFUSED,
        DRY_RUN
    }

    /** A caller whose identity is known. */
    public static RefusalNote of(Caller caller, RefusedException refused, Optional<String> object) {
        return new RefusalNote(
                caller.agent().map(agent -> agent.tenant()),
                caller.id().uri(),
                refused.refusal(),
                refused.sentence(),
                object,
                Optional.empty(),
                Weight.REFUSED);
    }

    /** The same in the log of another tenant, whom it concerns as well. */
    public RefusalNote forTenant(TenantId other) {
        return new RefusalNote(Optional.of(other), actor, refusal, sentence, object, taskId, weight);
    }

    /** The same as what a rule in a dry run says: nothing was refused. */
    public RefusalNote dryRun() {
        return new RefusalNote(tenant, actor, refusal, sentence, object, taskId, Weight.DRY_RUN);
    }

    /** Somebody who could not prove who they are. */
    public static RefusalNote anonymous(String remoteAddress, RefusedException refused, Optional<String> object) {
        return new RefusalNote(
                Optional.empty(),
                "anonymous@" + remoteAddress,
                refused.refusal(),
                refused.sentence(),
                object,
                Optional.empty(),
                Weight.REFUSED);
    }
}
