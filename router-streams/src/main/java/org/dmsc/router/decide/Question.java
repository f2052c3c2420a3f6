package org.dmsc.router.decide;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.TaskSubmission;

/**
 * What has to be decided: who does this task next.
 *
 * @param attempts the attempts so far, oldest first, all closed
 * @param maxHops how deep the tenant allows delegations to nest
 * @param surroundings what makes one agent nearer than another
 */
public record Question(
        TaskSubmission submission, List<AttemptRecord> attempts, int maxHops, Surroundings surroundings, long now) {

    public Question {
        attempts = List.copyOf(attempts);
    }

    /** A question of whose surroundings nothing is known. */
    public Question(TaskSubmission submission, List<AttemptRecord> attempts, int maxHops, long now) {
        this(submission, attempts, maxHops, Surroundings.UNKNOWN, now);
    }

    /** Whether it is above this task: an agent that delegates must not get its own work back. */
    boolean isAncestor(AgentRef agent) {
        String tenant = agent.tenant().value();
        String name = agent.agent().value();
        if (name.equals(submission.getCallerAgent()) && tenant.equals(submission.getCallerTenant())) {
            return true;
        }
        for (String ancestor : submission.getAncestors()) {
            if (isWritten(ancestor, tenant, name)) {
                return true;
            }
        }
        return false;
    }

    /** Compares with {@code <tenant>/<agent>} without making it: this is asked about every candidate. */
    private static boolean isWritten(String text, String tenant, String name) {
        return text.length() == tenant.length() + 1 + name.length()
                && text.charAt(tenant.length()) == '/'
                && text.startsWith(tenant)
                && text.endsWith(name);
    }

    /** Agents that had an attempt, whatever came of it. */
    Set<AgentRef> tried() {
        if (attempts.isEmpty()) {
            return Set.of();
        }
        Set<AgentRef> all = new HashSet<>();
        attempts.forEach(attempt -> all.add(agent(attempt)));
        return all;
    }

    /** Agents that said no or reported a failure: asking them again would bring the same answer. */
    Set<AgentRef> failed() {
        if (attempts.isEmpty()) {
            return Set.of();
        }
        Set<AgentRef> all = new HashSet<>();
        attempts.stream().filter(attempt -> saidNo(attempt.getOutcome())).forEach(attempt -> all.add(agent(attempt)));
        return all;
    }

    /** Agents that were lost or ran out of time: they may have done the work all the same. */
    Set<AgentRef> uncertain() {
        if (attempts.isEmpty()) {
            return Set.of();
        }
        Set<AgentRef> all = new HashSet<>();
        attempts.stream()
                .filter(attempt -> isUncertain(attempt.getOutcome()))
                .forEach(attempt -> all.add(agent(attempt)));
        return all;
    }

    /** The newest attempt. */
    Optional<AttemptRecord> last() {
        return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.get(attempts.size() - 1));
    }

    static AgentRef agent(AttemptRecord attempt) {
        return AgentRef.of(attempt.getTenant(), attempt.getAgent());
    }

    private static boolean saidNo(AttemptOutcome outcome) {
        return outcome == AttemptOutcome.FAILED
                || outcome == AttemptOutcome.REJECTED
                || outcome == AttemptOutcome.CANCELED;
    }

    private static boolean isUncertain(AttemptOutcome outcome) {
        return outcome == AttemptOutcome.LOST || outcome == AttemptOutcome.TIMED_OUT;
    }
}
