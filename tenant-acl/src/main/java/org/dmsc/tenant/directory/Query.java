package org.dmsc.tenant.directory;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.dmsc.schemas.TenantId;

/**
 * What is needed.
 *
 * @param tenants whose agents may be found
 * @param skill id of a skill: only skills with exactly this id fit
 * @param tags only skills (or agents) that have all of these fit; case does not matter
 * @param expression only skills whose tags it is true of
 * @param text what the request says; orders what fits, and alone finds what shares a word with it
 * @param limit most results
 * @param sample where more fit about equally well than are wanted: from which of them on they are taken, round and round; empty: by score
 *     and name, so always the same ones
 * @param near skills whose meaning is near the text's, from above 0 to 1, as a model of meaning says; they count beside the words, and are
 *     found without a common one
 */
public record Query(
        Set<TenantId> tenants,
        Optional<String> skill,
        Set<String> tags,
        Optional<TagExpression> expression,
        String text,
        int limit,
        OptionalInt sample,
        Map<String, Double> near) {

    public Query {
        near = Map.copyOf(near);
        tenants = Set.copyOf(tenants);
        tags = Set.copyOf(tags);
        if (limit < 1) {
            throw new IllegalArgumentException("limit: " + limit + " (expected at least 1)");
        }
    }

    /** Without an expression over tags. */
    public Query(Set<TenantId> tenants, Optional<String> skill, Set<String> tags, String text, int limit) {
        this(tenants, skill, tags, Optional.empty(), text, limit);
    }

    /** The best by score and name. */
    public Query(
            Set<TenantId> tenants,
            Optional<String> skill,
            Set<String> tags,
            Optional<TagExpression> expression,
            String text,
            int limit) {
        this(tenants, skill, tags, expression, text, limit, OptionalInt.empty(), Map.of());
    }

    /** The same with a sample. */
    public Query from(int place) {
        return new Query(tenants, skill, tags, expression, text, limit, OptionalInt.of(place), near);
    }

    /** The same with what a model of meaning says. */
    public Query near(Map<String, Double> skills) {
        return new Query(tenants, skill, tags, expression, text, limit, sample, skills);
    }
}
