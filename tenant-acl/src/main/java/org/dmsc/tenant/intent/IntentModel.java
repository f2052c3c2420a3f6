package org.dmsc.tenant.intent;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What one tenant's finished tasks taught: which words and pairs of words go with which skill. Two linear parts over the same features:
 * counts as in naive Bayes, which know much after few tasks, and on top of them weights that are corrected after each task by the gradient of
 * a softmax (AdaGrad, one step size per feature), which unlearn what the counts get wrong. Rare features count more, as in TF-IDF.
 *
 * <p>Forgetting: after every {@value #FADE_AFTER} tasks, or when it would grow above its bounds, everything is halved and what was seen
 * once long ago is dropped. So its size is bounded, and what was solved last counts most.
 *
 * <p>Deterministic: the same examples in the same order give the same model. Thread-safe; asking costs some 20 µs, learning some 70.
 */
public final class IntentModel {

    /** Tasks after which what is known counts half. */
    static final int FADE_AFTER = 32_768;

    /** Most features: a model stays below some 30 MiB. */
    static final int MOST_FEATURES = 1 << 17;

    /** More skills than this are not told apart; beyond, tasks teach nothing. */
    static final int MOST_SKILLS = 2048;

    /** A feature that is halved below this was seen once since the last halving, or fewer than twice before. */
    private static final float LEAST_SEEN = 0.6f;

    // The numbers below were chosen on data/intents by cross-validation; see docs/intent.md.
    private static final double STEP = 3.5;
    private static final double COUNTS_WEIGH = 0.5;
    /** As if each skill had been seen in so many tasks that hold what all tasks hold. */
    private static final double SMOOTHING = 3;

    private static final double PRIOR = 0.5;
    /** Of a skill that never solved a task. It takes part in each correction, or the first skill would have nothing to learn against. */
    private static final double UNKNOWN = COUNTS_WEIGH * Math.log(PRIOR);
    /** Corrections smaller than this are not worth a cell. */
    private static final double LEAST_ERROR = 0.02;

    private final FeatureTable table = new FeatureTable();
    /** Only grows, and is read outside the lock by {@link Learnt}. */
    private final Map<Long, Integer> skills = new ConcurrentHashMap<>();

    private double[] solved = new double[16];
    private double seen;
    private long tasks;

    /** One that knows nothing. */
    public IntentModel() {}

    /** How many tasks it has learnt from. */
    public synchronized long tasks() {
        return tasks;
    }

    /** How many features it keeps. */
    public synchronized int size() {
        return table.size();
    }

    /** Takes in one finished task. */
    public synchronized void learn(IntentExample example) {
        long[] features = example.features();
        Integer right = features.length == 0 ? null : indexOf(example.skill());
        if (right == null) {
            return;
        }
        correct(features, right);
        for (long feature : features) {
            FeatureTable.Row row = table.findOrAdd(feature);
            row.seen++;
            row.solvedBy(right);
        }
        solved[right]++;
        seen++;
        tasks++;
        if (tasks % FADE_AFTER == 0 || table.size() > MOST_FEATURES) {
            fade();
        }
    }

    /** Keeps half of everything, and drops what was then seen too seldom. */
    public synchronized void fade() {
        table.fade(LEAST_SEEN);
        seen /= 2;
        for (int i = 0; i < solved.length; i++) {
            solved[i] /= 2;
        }
    }

    /** What it says about a request: evidence for each skill as the logarithm of odds, comparable within one answer only. */
    public synchronized Learnt ask(long[] features) {
        Evidence evidence = new Evidence(features);
        return new Learnt(tasks, skills, scores(evidence), UNKNOWN);
    }

    private @Nullable Integer indexOf(long skill) {
        Integer known = skills.get(skill);
        if (known != null || skills.size() == MOST_SKILLS) {
            return known;
        }
        int index = skills.size();
        skills.put(skill, index);
        if (index == solved.length) {
            solved = Arrays.copyOf(solved, 2 * index);
        }
        return index;
    }

    /** One step down the gradient of the logarithmic loss, on top of what the counts say. */
    private void correct(long[] features, int right) {
        Evidence evidence = new Evidence(features);
        double[] errors = softmax(scores(evidence), UNKNOWN);
        errors[right] -= 1;
        double square = 0;
        for (double error : errors) {
            square += error * error;
        }
        for (int i = 0; i < evidence.size; i++) {
            FeatureTable.Row row = evidence.rows[i];
            double value = evidence.values[i];
            row.steps += (float) (value * value * square);
            double step = STEP * value / Math.sqrt(1 + row.steps);
            for (int skill = 0; skill < errors.length; skill++) {
                if (Math.abs(errors[skill]) > LEAST_ERROR) {
                    row.turn(skill, -step * errors[skill]);
                }
            }
        }
    }

    private double[] scores(Evidence evidence) {
        double[] scores = new double[skills.size()];
        for (int skill = 0; skill < scores.length; skill++) {
            // What a feature that was never seen with this skill says against it, for all features at once.
            scores[skill] = COUNTS_WEIGH
                    * (Math.log(solved[skill] + PRIOR)
                            + evidence.sum * Math.log(SMOOTHING / (solved[skill] + SMOOTHING)));
        }
        for (int i = 0; i < evidence.size; i++) {
            FeatureTable.Row row = evidence.rows[i];
            float unexpected = (float) ((seen + 1) / (SMOOTHING * row.seen));
            double value = evidence.values[i];
            for (int cell = 0; cell < row.size(); cell++) {
                double counted = COUNTS_WEIGH * Logarithm.of(1 + row.count(cell) * unexpected);
                scores[row.skill(cell)] += value * (counted + row.weight(cell));
            }
        }
        return scores;
    }

    /** Probabilities in place of scores; what is missing to 1 is that of the other one. */
    private static double[] softmax(double[] scores, double other) {
        double most = Math.max(other, Arrays.stream(scores).max().orElse(other));
        double sum = Math.exp(other - most);
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.exp(scores[i] - most);
            sum += scores[i];
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= sum;
        }
        return scores;
    }

    /** The known features of a request, rare ones with the higher values, brought to length 1. */
    private final class Evidence {

        private final FeatureTable.Row[] rows;
        private final double[] values;
        private final int size;
        private final double sum;

        Evidence(long[] features) {
            rows = new FeatureTable.Row[features.length];
            values = new double[features.length];
            int known = 0;
            double square = 0;
            for (long feature : features) {
                FeatureTable.Row row = table.find(feature);
                if (row != null) {
                    rows[known] = row;
                    values[known] = Math.log(1 + (seen + 1) / (row.seen + 0.5));
                    square += values[known] * values[known];
                    known++;
                }
            }
            size = known;
            double length = Math.sqrt(square);
            double total = 0;
            for (int i = 0; i < size; i++) {
                values[i] /= length;
                total += values[i];
            }
            sum = total;
        }
    }
}
