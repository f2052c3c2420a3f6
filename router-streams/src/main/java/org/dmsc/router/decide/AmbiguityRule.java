package org.dmsc.router.decide;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.rules.Ambiguity;
import org.dmsc.tenant.rules.Ambiguity.Answer;

/**
 * Says how far ahead the best skill was, and turns a choice that was a guess into what the tenant wants instead. Several agents with one
 * skill are no ambiguity; neither is a caller that names agent or skill. Pure.
 */
public final class AmbiguityRule {

    private static final int MOST_OFFERED = 5;

    private AmbiguityRule() {}

    /** The decision with its margin noted; or a question, or a refusal, where that is too small and the tenant wants no guess. */
    public static Decision judge(Ambiguity wanted, Question question, Decision decision) {
        if (!(decision instanceof Decision.Assign assign) || !saysOnlyWhat(question.submission())) {
            return decision;
        }
        Map<String, Double> skills = skills(assign.considered());
        Optional<Double> margin = margin(skills);
        if (margin.isEmpty()) {
            return assign.noting("margin 1.00: no other skill fits");
        }
        String said = String.format(Locale.ROOT, "margin %.2f to the next skill", margin.get());
        if (margin.get() >= wanted.margin()) {
            return assign.noting(said);
        }
        String tooSmall = said + String.format(Locale.ROOT, ", below %.2f: ambiguous", wanted.margin());
        // Who began with a skill goes on with it or the next best; asking again after a failure would help nobody.
        if (wanted.answer() == Answer.BEST_GUESS || !question.attempts().isEmpty()) {
            return assign.noting(tooSmall + ", best guess taken");
        }
        List<Considered> considered = assign.considered().stream()
                .map(c -> c.verdict() == Verdict.CHOSEN ? c.with(Verdict.FITS) : c)
                .toList();
        List<String> close = close(skills, wanted.margin());
        String sentence = Refusal.AMBIGUOUS.meaning() + ": " + String.join(", ", close)
                + " (expected the skill in the delegation extension, or its id as the answer; " + tooSmall + ")";
        return wanted.answer() == Answer.ASK
                ? new Decision.Ask(close, question(close), considered)
                : new Decision.Refuse(Refusal.AMBIGUOUS, sentence, considered);
    }

    /** What a caller is asked. */
    public static String question(List<String> skills) {
        return "Which of these is meant: " + String.join(", ", skills)
                + "? Answer with one of these ids, as text or as skill in the delegation extension.";
    }

    private static boolean saysOnlyWhat(TaskSubmission submission) {
        return submission.getTargetAgent() == null
                && submission.getSkill() == null
                && !submission.getIntent().isBlank();
    }

    /** The skills that the caller may use, with the relevance of each, best first. */
    private static Map<String, Double> skills(List<Considered> considered) {
        Map<String, Double> skills = new LinkedHashMap<>();
        considered.stream()
                .filter(c -> c.candidate().permission().denied().isEmpty())
                .forEach(c -> skills.putIfAbsent(
                        c.candidate().skillId(), c.candidate().relevance()));
        return skills;
    }

    private static Optional<Double> margin(Map<String, Double> skills) {
        List<Double> relevance = skills.values().stream().limit(2).toList();
        return relevance.size() < 2 || relevance.get(0) <= 0
                ? Optional.empty()
                : Optional.of(1 - relevance.get(1) / relevance.get(0));
    }

    private static List<String> close(Map<String, Double> skills, double margin) {
        double best = skills.values().iterator().next();
        return skills.entrySet().stream()
                .filter(skill -> 1 - skill.getValue() / best < margin)
                .map(Map.Entry::getKey)
                .limit(MOST_OFFERED)
                .toList();
    }
}
