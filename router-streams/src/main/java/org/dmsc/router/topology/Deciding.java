package org.dmsc.router.topology;

import java.util.List;
import java.util.random.RandomGenerator;
import org.dmsc.router.decide.AgentSelector;
import org.dmsc.router.decide.AmbiguityRule;
import org.dmsc.router.decide.Candidate;
import org.dmsc.router.decide.ContextMemory;
import org.dmsc.router.decide.Decision;
import org.dmsc.router.decide.Question;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.TaskSubmission;

/** Who does a task next, from what this process knows: the question, its candidates, the selector's answer. Thread-safe, as its parts are. */
public final class Deciding {

    /** About 10 MiB when full. */
    private static final int CONTEXTS = 65_536;

    /** When all of these are busy, the task waits. */
    private static final int MOST_LOOKED_AT = 1_024;

    private final Candidates candidates;
    private final AgentSelector selector;
    private final RandomGenerator random;
    private final ContextMemory contexts = new ContextMemory(CONTEXTS);

    /**
     * Over these candidates.
     *
     * @param random thread-safe when several lanes share this
     */
    public Deciding(Candidates candidates, AgentSelector selector, RandomGenerator random) {
        this.candidates = candidates;
        this.selector = selector;
        this.random = random;
    }

    /** Decides; changes nothing but the memory of contexts, which nothing depends on. */
    public Decision decide(TaskSubmission submission, List<AttemptRecord> attempts, long now) {
        Question question = new Question(
                submission,
                attempts,
                candidates.mostHops(submission.getCallerTenant()),
                candidates.surroundings(submission, contexts),
                now);
        Decision decision =
                AmbiguityRule.judge(candidates.ambiguity(submission.getCallerTenant()), question, decide(question));
        if (decision instanceof Decision.Assign assign) {
            contexts.given(submission, assign.choice().agent());
        }
        return decision;
    }

    /** Where so many fit that only some were looked at, and none of those can do it now, others are looked at. */
    private Decision decide(Question question) {
        int sample = random.nextInt() & Integer.MAX_VALUE;
        List<Candidate> some = find(question, sample);
        Decision decision = selector.decide(question, some, random);
        int limit = Candidates.limit(question.submission());
        if (some.size() < limit || !othersMayHelp(decision)) {
            return decision;
        }
        int most = Math.min(MOST_LOOKED_AT, candidates.most(question.submission(), question.now()));
        for (int looked = limit; looked < most && othersMayHelp(decision); looked += limit) {
            sample = sample + limit & Integer.MAX_VALUE;
            decision = selector.decide(question, find(question, sample), random);
        }
        return decision;
    }

    private List<Candidate> find(Question question, int sample) {
        return candidates.find(question.submission(), question.surroundings().lastOfContext(), sample, question.now());
    }

    private static boolean othersMayHelp(Decision decision) {
        return decision instanceof Decision.Defer
                || (decision instanceof Decision.Refuse refuse && refuse.cause() == Refusal.NO_CANDIDATE);
    }
}
