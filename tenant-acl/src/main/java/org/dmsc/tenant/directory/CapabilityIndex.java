package org.dmsc.tenant.directory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.tenant.intent.Experience;
import org.dmsc.tenant.intent.Words;

/**
 * Finds skills by id, by tags and by the text of a request (BM25 over id, name, tags, description and examples, and more lightly over what
 * the agent says of itself). Relevance only: health, load and permission are the caller's to judge.
 *
 * <p>Frequencies are counted over the tenants that a query may see and no others, so no tenant can learn from scores what another one
 * publishes.
 *
 * <p>Where more fit about equally well than are wanted, a query with a sample gets a part of them that differs from query to query, so that
 * all of them get work; where a skill is named its cost does not grow with how many offer it.
 *
 * <p>Thread-safe. A search over 200 skills takes some 30 µs, an update less; an update that only brings new load does nothing.
 */
public final class CapabilityIndex {

    private final Map<TenantId, TenantCapabilities> tenants = new HashMap<>();
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    /** An empty index. */
    public CapabilityIndex() {}

    /** Keeps itself in step with these agents from now on. */
    public void follow(Agents agents) {
        agents.onChange(this::update);
    }

    /** Takes in what is known of an agent now; empty when it is gone. */
    public void update(AgentRef agent, Optional<AgentSnapshot> snapshot) {
        if (snapshot.isEmpty()) {
            remove(agent);
            return;
        }
        AgentRegistration registration = snapshot.get().getRegistration();
        if (holds(agent, registration)) {
            return;
        }
        List<SkillDocument> skills = SkillDocument.of(agent, registration);
        lock.writeLock().lock();
        try {
            tenants.computeIfAbsent(agent.tenant(), t -> new TenantCapabilities())
                    .put(agent, registration, skills);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * The best first; equal ones in the order of their names. Of a query with neither skill nor tags nor a word that says something,
     * nothing: to list agents, ask {@link Agents}.
     *
     * <p>Scores: the text gives 0 to 1, how much of what was said the skill's text covers, rare words counting more. Where a skill was
     * named, all that fit have 1, and text adds at most 0.1: who offers the very skill shall be chosen by load. Where tags were asked
     * for, text is added to 1.
     */
    public List<Match> search(Query query) {
        return search(query, CapabilitySearch.Past.NONE);
    }

    /**
     * The same with what the caller's tenant has learnt, where no skill was named: then relevance is 1 for the best and the others' by
     * how far the evidence, text and past together, puts them behind. Skills that solved tasks are found without a common word.
     */
    public List<Match> search(Query query, Experience experience) {
        return search(query, new CapabilitySearch.Past(experience.about(query.text()), experience::skill));
    }

    private List<Match> search(Query query, CapabilitySearch.Past past) {
        boolean named = query.skill().isPresent() && query.sample().isPresent();
        List<String> words =
                named ? List.of() : Words.of(query.text()).stream().distinct().toList();
        if (words.isEmpty()
                && query.near().isEmpty()
                && past.learnt().tasks() == 0
                && query.skill().isEmpty()
                && query.tags().isEmpty()
                && query.expression().isEmpty()) {
            return List.of();
        }
        List<CapabilitySearch.Hit> hits = new ArrayList<>();
        CapabilitySearch search = new CapabilitySearch(query, words, past);
        lock.readLock().lock();
        try {
            List<TenantCapabilities> visible = visible(query);
            if (search.isAnyAsGood()) {
                return search.any(visible);
            }
            TextScores scores = TextScores.over(visible, words);
            visible.forEach(tenant -> search.collect(tenant, scores, hits));
        } finally {
            lock.readLock().unlock();
        }
        return search.ranked(hits);
    }

    /** How many skills can fit at most: an upper bound, for little effort. */
    public int most(Query query) {
        CapabilitySearch search = new CapabilitySearch(query, List.of(), CapabilitySearch.Past.NONE);
        lock.readLock().lock();
        try {
            int most = 0;
            for (TenantId tenant : query.tenants()) {
                TenantCapabilities found = tenants.get(tenant);
                most += found == null ? 0 : search.most(found);
            }
            return most;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** How many skills are indexed. */
    public int size() {
        lock.readLock().lock();
        try {
            return tenants.values().stream()
                    .mapToInt(TenantCapabilities::documents)
                    .sum();
        } finally {
            lock.readLock().unlock();
        }
    }

    private List<TenantCapabilities> visible(Query query) {
        if (query.tenants().size() == 1) {
            TenantCapabilities only = tenants.get(query.tenants().iterator().next());
            return only == null ? List.of() : List.of(only);
        }
        return query.tenants().stream()
                .filter(tenants::containsKey)
                .sorted()
                .map(tenants::get)
                .toList();
    }

    private boolean holds(AgentRef agent, AgentRegistration registration) {
        lock.readLock().lock();
        try {
            TenantCapabilities tenant = tenants.get(agent.tenant());
            return tenant != null && tenant.holds(agent, registration);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void remove(AgentRef agent) {
        lock.writeLock().lock();
        try {
            tenants.computeIfPresent(agent.tenant(), (id, tenant) -> {
                tenant.remove(agent);
                return tenant.isEmpty() ? null : tenant;
            });
        } finally {
            lock.writeLock().unlock();
        }
    }
}
