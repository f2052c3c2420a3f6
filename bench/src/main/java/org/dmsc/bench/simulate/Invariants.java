package org.dmsc.bench.simulate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskSubmission;

/**
 * What must hold after every event. Written again from the requirements, on purpose: nothing of this asks the rules that it judges.
 *
 * <pre>
 *   one attempt      at most one attempt of a task is open, and it is the one that the state names
 *   deadline         a task has ended soon after its deadline
 *   no forbidden one the chosen agent is the caller's own, offers the skill, is up in the registry's last word, has a place, its breaker is not
 *                    open, it did not refuse or fail this task, may not have done it unless that does no harm, is not asked twice in a row
 *   breaker          closed → OPEN → HALF_OPEN → OPEN or closed, and nothing else
 *   no starvation    no task waits on while an agent that fits stands free
 * </pre>
 */
final class Invariants {

    /** How much later than its deadline a task may be seen to end: its closing event has to be read back. */
    static final long GRACE_MS = 2_000;

    /** So many looks in a row at a waiting task and a free agent: somebody forgot it. */
    private static final int STARVED_AFTER = 4;

    private static final int MOST_TOLD = 20;

    private final SimDirectory directory;
    private final Map<AgentRef, Integer> open = new HashMap<>();
    private final Map<String, Integer> hungry = new HashMap<>();
    private final List<String> told = new ArrayList<>();
    private long violations;

    Invariants(SimDirectory directory) {
        this.directory = directory;
    }

    /** The first violations, in words. */
    List<String> told() {
        return List.copyOf(told);
    }

    long violations() {
        return violations;
    }

    private void violated(boolean really, String what, Object... about) {
        if (really) {
            violations++;
            if (told.size() < MOST_TOLD) {
                told.add(what + " " + List.of(about));
            }
        }
    }

    void opened(AgentRef agent) {
        open.merge(agent, 1, Integer::sum);
    }

    void closed(AgentRef agent) {
        open.merge(agent, -1, Integer::sum);
        violated(Objects.requireNonNull(open.get(agent)) < 0, "one attempt: closed more often than opened", agent);
    }

    /** After any event of a task. */
    void task(TaskState state) {
        List<Integer> unclosed = state.getAttempts().stream()
                .filter(attempt -> attempt.getOutcome() == null)
                .map(AttemptRecord::getAttempt)
                .toList();
        List<Integer> expected = state.getOpenAttempt() == 0 ? List.of() : List.of(state.getOpenAttempt());
        violated(!unclosed.equals(expected), "one attempt: open ones are not " + expected, unclosed, state.getTaskId());
        violated(state.getEnded() && state.getOpenAttempt() != 0, "one attempt: open after the end", state.getTaskId());
    }

    void deadline(TaskState state, long now) {
        violated(
                !state.getEnded(),
                "deadline: not ended " + (now - state.getDeadline()) + " ms after",
                state.getTaskId());
    }

    void assigned(TaskState before, TaskSubmission submission, AgentRef agent, long now) {
        String task = before.getTaskId();
        violated(before.getOpenAttempt() != 0, "one attempt: assigned while one is open", task, agent);
        violated(now >= before.getDeadline(), "deadline: assigned after it", task, agent);
        AgentSnapshot snapshot = directory.find(agent).orElseThrow();
        String forbidden = forbidden(snapshot, agent, submission);
        violated(!forbidden.isEmpty(), "no forbidden one: " + forbidden, task, agent);
        violated(isSpent(before, snapshot, agent, submission), "no forbidden one: it had its chance", task, agent);
        List<AttemptRecord> attempts = before.getAttempts();
        boolean again = !attempts.isEmpty() && isBy(attempts.get(attempts.size() - 1), agent);
        violated(
                again && others(before, submission, agent),
                "no forbidden one: twice in a row, and others fit",
                task,
                agent);
    }

    private String forbidden(AgentSnapshot snapshot, AgentRef agent, TaskSubmission submission) {
        if (!snapshot.getTenant().equals(submission.getCallerTenant())) {
            return "of another tenant";
        }
        if (skill(snapshot, submission).isEmpty()) {
            return "does not offer it";
        }
        if (snapshot.getHealth() != AgentHealth.UP && snapshot.getHealth() != AgentHealth.DEGRADED) {
            return "is " + snapshot.getHealth();
        }
        int busy = open.getOrDefault(agent, 0);
        if (busy >= snapshot.getRegistration().getCapacity()) {
            return "has no place";
        }
        String breaker = snapshot.getBreakers().getOrDefault(submission.getSkill(), "");
        if (breaker.equals("OPEN") || (breaker.equals("HALF_OPEN") && busy > 0)) {
            return "breaker is " + breaker;
        }
        return "";
    }

    private static List<SkillRecord> skill(AgentSnapshot snapshot, TaskSubmission submission) {
        return snapshot.getRegistration().getSkills().stream()
                .filter(skill -> skill.getId().equals(submission.getSkill()))
                .toList();
    }

    private static boolean isBy(AttemptRecord attempt, AgentRef agent) {
        return attempt.getTenant().equals(agent.tenant().value())
                && attempt.getAgent().equals(agent.agent().value());
    }

    private static boolean isSpent(
            TaskState before, AgentSnapshot snapshot, AgentRef agent, TaskSubmission submission) {
        Set<AttemptOutcome> spent =
                new HashSet<>(Set.of(AttemptOutcome.FAILED, AttemptOutcome.REJECTED, AttemptOutcome.CANCELED));
        boolean harmless = skill(snapshot, submission).stream().allMatch(SkillRecord::getIdempotent);
        if (!harmless) {
            spent.addAll(Set.of(AttemptOutcome.LOST, AttemptOutcome.TIMED_OUT));
        }
        return before.getAttempts().stream()
                .anyMatch(attempt -> isBy(attempt, agent) && spent.contains(attempt.getOutcome()));
    }

    private boolean others(TaskState before, TaskSubmission submission, AgentRef agent) {
        return directory.all().stream().anyMatch(other -> {
            AgentRef ref = AgentRef.of(other.getTenant(), other.getAgent());
            return !ref.equals(agent)
                    && forbidden(other, ref, submission).isEmpty()
                    && !isSpent(before, other, ref, submission);
        });
    }

    /** From one snapshot of the registry to the next. */
    void breakers(AgentRef agent, AgentSnapshot before, AgentSnapshot after) {
        if (before.getBreakers().equals(after.getBreakers())) {
            return;
        }
        Set<String> skills = new HashSet<>(before.getBreakers().keySet());
        skills.addAll(after.getBreakers().keySet());
        for (String skill : skills) {
            String was = before.getBreakers().getOrDefault(skill, "closed");
            String is = after.getBreakers().getOrDefault(skill, "closed");
            boolean legal = was.equals(is)
                    || (was.equals("closed") && is.equals("OPEN"))
                    || (was.equals("OPEN") && is.equals("HALF_OPEN"))
                    || (was.equals("HALF_OPEN") && !is.isEmpty())
                    // An answer that was on its way when the breaker opened closes it.
                    || (was.equals("OPEN") && is.equals("closed"));
            violated(!legal, "breaker: " + was + " → " + is, agent, skill);
        }
    }

    /** Looks at everybody who waits; called every second. */
    void sweep(List<TaskSubmission> waiting, Map<String, TaskState> states) {
        hungry.keySet()
                .retainAll(waiting.stream().map(TaskSubmission::getTaskId).toList());
        for (TaskSubmission submission : waiting) {
            TaskState state = Objects.requireNonNull(states.get(submission.getTaskId()));
            if (somebodyIsFree(state, submission)) {
                int looks = hungry.merge(submission.getTaskId(), 1, Integer::sum);
                violated(looks >= STARVED_AFTER, "no starvation: waits beside a free agent", submission.getTaskId());
            } else {
                hungry.remove(submission.getTaskId());
            }
        }
    }

    private boolean somebodyIsFree(TaskState state, TaskSubmission submission) {
        return state.getAttempts().size() < submission.getMaxAttempts()
                && directory.offering(submission.getCallerTenant(), submission.getSkill()).stream()
                        .anyMatch(other -> {
                            AgentRef ref = AgentRef.of(other.getTenant(), other.getAgent());
                            return forbidden(other, ref, submission).isEmpty()
                                    && !isSpent(state, other, ref, submission);
                        });
    }
}
