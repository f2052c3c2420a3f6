package org.dmsc.tenant.directory;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.ModelRecord;
import org.dmsc.tenant.intent.Experience;
import org.dmsc.tenant.intent.IntentExample;
import org.dmsc.tenant.intent.IntentHasher;
import org.dmsc.tenant.intent.IntentModel;
import org.dmsc.tenant.keys.Envelopes;

/**
 * One model for each tenant, a fold over its lessons in their order. Together they keep at most so many features; beyond, the largest one
 * forgets, so that a tenant that teaches much pays for it itself.
 *
 * <p>Written by one thread, read by any.
 */
public final class LearntModels implements Experiences {

    /** Logical channel of the sealed key. */
    static final String CHANNEL = "models";

    private final Map<TenantId, Learner> learners = new ConcurrentHashMap<>();
    private final Envelopes envelopes;
    private final long mostFeatures;
    private long features;

    /** Knows nothing; opens keys with these envelopes. */
    public LearntModels(Envelopes envelopes, long mostFeatures) {
        this.envelopes = envelopes;
        this.mostFeatures = mostFeatures;
    }

    @Override
    public Optional<Experience> of(TenantId tenant) {
        return Optional.ofNullable(learners.get(tenant)).flatMap(Learner::experience);
    }

    /** What is being learnt of one tenant. */
    private static final class Learner {

        private final IntentModel model = new IntentModel();
        private volatile Optional<Experience> experience = Optional.empty();
        private long sequence;

        Optional<Experience> experience() {
            return experience;
        }

        void key(byte[] key) {
            experience = Optional.of(new Experience(new IntentHasher(key), model));
        }

        /** Returns by how many features the model grew. */
        int learn(ModelRecord lesson) {
            if (lesson.getSequence() <= sequence) {
                return 0;
            }
            sequence = lesson.getSequence();
            int before = model.size();
            long[] hashes =
                    lesson.getFeatures().stream().mapToLong(Long::longValue).toArray();
            model.learn(new IntentExample(hashes, lesson.getSkill()));
            return model.size() - before;
        }
    }

    /** The record, if it belongs under its key; refused as UNREADABLE otherwise. */
    static ModelRecord own(String key, ModelRecord value) {
        TenantId tenant = ModelKeys.tenant(key);
        boolean whole =
                ModelKeys.isKey(key) == (value.getKey() != null) && (value.getKey() != null || value.getSequence() > 0);
        if (!tenant.value().equals(value.getTenant()) || !whole) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "model record of tenant '" + Printable.of(value.getTenant()) + "' under key '" + Printable.of(key)
                            + "' (expected the key of the same tenant and kind)");
        }
        return value;
    }

    /** Takes in what a key holds now; empty when it was deleted. */
    public void accept(String key, Optional<ModelRecord> value) {
        TenantId tenant = ModelKeys.tenant(key);
        if (value.isEmpty()) {
            if (ModelKeys.isKey(key)) {
                forget(tenant);
            }
            return;
        }
        ModelRecord known = value.get();
        Learner learner = learners.computeIfAbsent(tenant, unknown -> new Learner());
        if (known.getKey() != null) {
            learner.key(HashKeys.open(envelopes, tenant, known.getKey()));
            return;
        }
        features += learner.learn(known);
        if (features > mostFeatures) {
            largestForgets();
        }
    }

    private void forget(TenantId tenant) {
        Learner gone = learners.remove(tenant);
        if (gone != null) {
            features -= gone.model.size();
        }
    }

    private void largestForgets() {
        learners.values().stream()
                .max(Comparator.comparingInt(learner -> learner.model.size()))
                .ifPresent(largest -> largest.model.fade());
        features = learners.values().stream()
                .mapToLong(learner -> learner.model.size())
                .sum();
    }
}
