package org.dmsc.tenant.intent;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One tenant's model with the tenant's hasher: from a text to what was learnt about it. Thread-safe. */
public final class Experience {

    /** More ids than this and the memory of them starts anew. */
    private static final int MOST_IDS = 10_000;

    private final Map<String, Long> skills = new ConcurrentHashMap<>();
    private final IntentHasher hasher;
    private final IntentModel model;

    /** Over a model whose examples were made with this hasher. */
    public Experience(IntentHasher hasher, IntentModel model) {
        this.hasher = hasher;
        this.model = model;
    }

    /** Of this request. */
    public Learnt about(String text) {
        return model.tasks() == 0 ? Learnt.NOTHING : model.ask(hasher.features(text));
    }

    /** The hash of a skill, for {@link Learnt#of}. */
    public long skill(String id) {
        Long known = skills.get(id);
        if (known != null) {
            return known;
        }
        if (skills.size() >= MOST_IDS) {
            skills.clear();
        }
        long hash = hasher.skill(id);
        skills.put(id, hash);
        return hash;
    }
}
