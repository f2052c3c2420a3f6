package org.dmsc.router.decide;

import java.util.List;
import java.util.stream.Collectors;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.AttemptRecord;

/** Finds the refusal that tells the caller most. */
final class Refusals {

    private Refusals() {}

    static Decision attemptsUsedUp(Question question, List<Considered> considered) {
        return new Decision.Refuse(cause(question), "no more attempts are allowed: " + story(question), considered);
    }

    static Decision nobodyEver(Question question, List<Considered> considered) {
        if (!question.attempts().isEmpty()) {
            return new Decision.Refuse(cause(question), "no other agent fits: " + story(question), considered);
        }
        if (considered.stream().anyMatch(c -> c.verdict() == Verdict.ANCESTOR)) {
            return new Decision.Refuse(Refusal.LOOP, Refusal.LOOP.meaning(), considered);
        }
        if (considered.stream().anyMatch(c -> c.verdict() == Verdict.TAG_FORBIDS)) {
            return new Decision.Refuse(Refusal.DATA_TAG, Refusal.DATA_TAG.meaning(), considered);
        }
        // An agent without a grant is answered like one that does not exist.
        return question.submission().getTargetAgent() != null
                ? new Decision.Refuse(Refusal.AGENT_UNKNOWN, Refusal.AGENT_UNKNOWN.meaning(), considered)
                : new Decision.Refuse(Refusal.NO_CANDIDATE, Refusal.NO_CANDIDATE.meaning(), considered);
    }

    private static Refusal cause(Question question) {
        if (question.tried().size() > 1) {
            return Refusal.ALL_TRIED;
        }
        return question.last().map(Refusals::cause).orElse(Refusal.NO_CANDIDATE);
    }

    private static Refusal cause(AttemptRecord attempt) {
        AttemptOutcome outcome = attempt.getOutcome();
        if (outcome == AttemptOutcome.TIMED_OUT) {
            return Refusal.ATTEMPT_TIMED_OUT;
        }
        if (outcome == AttemptOutcome.LOST) {
            return Refusal.AGENT_LOST;
        }
        if (outcome == AttemptOutcome.UNDELIVERED) {
            return Refusal.UNDELIVERABLE;
        }
        return Refusal.AGENT_FAILED;
    }

    private static String story(Question question) {
        return question.attempts().stream()
                .map(attempt -> Question.agent(attempt) + " "
                        + (attempt.getReason() == null ? attempt.getOutcome() : attempt.getReason()))
                .collect(Collectors.joining("; "));
    }
}
