package org.dmsc.tenant.intent;

import java.util.Arrays;

/**
 * A finished task as something to learn from; holds no word of it, only keyed hashes of one tenant (see {@link IntentHasher}).
 *
 * @param features what the request said, each once
 * @param skill the skill that solved it
 */
@SuppressWarnings("ArrayRecordComponent") // Thousands are kept; copied at the border, compared by value below.
public record IntentExample(long[] features, long skill) {

    public IntentExample {
        features = features.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IntentExample example
                && skill == example.skill
                && Arrays.equals(features, example.features);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(features) * 31 + Long.hashCode(skill);
    }

    @Override
    public String toString() {
        return "IntentExample[" + features.length + " features]";
    }
}
