package org.dmsc.tenant.directory;

import java.util.Optional;
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
 */
public record Query(
        Set<TenantId> tenants,
        Optional<String> skill,
        Set<String> tags,
        Optional<TagExpression> expression,
        String text,
        int limit) {

    public Query {
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
}
