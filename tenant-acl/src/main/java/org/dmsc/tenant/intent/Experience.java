package org.dmsc.tenant.intent;

/** One tenant's model with the tenant's hasher: from a text to what was learnt about it. Thread-safe. */
public final class Experience {

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
        return hasher.skill(id);
    }
}
