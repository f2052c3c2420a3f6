package org.dmsc.tenant.embed;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.SkillLookup;
import org.jspecify.annotations.Nullable;

/**
 * How near a request is in meaning to the skills of agents, by the vectors of an {@link EmbeddingProvider}. Vectors of skills are asked for
 * when agents register and kept; only that of the request is waited for, and what is not known is left out. Texts of tenants that do not let
 * theirs be shown to a model are not shown to it, neither requests nor skills. Thread-safe.
 */
public final class SkillMeanings implements Nearness {

    private final Vectors vectors;
    private final Function<TenantId, Set<TenantId>> visible;
    private final Predicate<TenantId> consent;
    private final double least;
    private final Map<AgentRef, Held> agents = new HashMap<>();
    private final Map<TenantId, Map<String, Offer>> offers = new HashMap<>();

    /** A skill of a tenant: the text of whoever registered it last, and how many offer it. */
    private record Offer(String text, int agents) {

        @Nullable Offer byOneLess() {
            return agents == 1 ? null : new Offer(text, agents - 1);
        }
    }

    /** What an agent registered with. */
    private record Held(AgentRegistration registration, Set<String> skills) {}

    /**
     * For one process.
     *
     * @param visible whose agents a tenant may find now
     * @param consent whether a tenant's texts may be shown to the model
     * @param least cosine below which two texts have nothing to do with each other; differs from model to model
     */
    public SkillMeanings(
            EmbeddingProvider provider,
            Function<TenantId, Set<TenantId>> visible,
            Predicate<TenantId> consent,
            double least,
            Clock clock) {
        this.visible = visible;
        this.vectors = new Vectors(provider, clock);
        this.consent = consent;
        this.least = least;
    }

    /** Learns of agents, now and from now on. */
    public void follow(Agents known) {
        known.onChange(this::update);
    }

    /** Takes in what is known of an agent now; empty when it is gone. */
    public void update(AgentRef agent, Optional<AgentSnapshot> snapshot) {
        AgentRegistration registration =
                snapshot.map(AgentSnapshot::getRegistration).orElse(null);
        if (holds(agent, registration)) {
            return;
        }
        Map<String, String> texts = registration == null ? Map.of() : texts(registration);
        synchronized (this) {
            forget(agent);
            if (registration != null) {
                agents.put(agent, new Held(registration, texts.keySet()));
                Map<String, Offer> offered = offers.computeIfAbsent(agent.tenant(), tenant -> new HashMap<>());
                texts.forEach((skill, text) ->
                        offered.merge(skill, new Offer(text, 1), (old, fresh) -> new Offer(text, old.agents() + 1)));
            }
        }
        if (consent.test(agent.tenant())) {
            vectors.want(List.copyOf(texts.values()));
        }
    }

    private synchronized boolean holds(AgentRef agent, @Nullable AgentRegistration registration) {
        Held held = agents.get(agent);
        return held == null ? registration == null : held.registration().equals(registration);
    }

    private void forget(AgentRef agent) {
        Held held = agents.remove(agent);
        if (held != null) {
            Map<String, Offer> offered = offers.getOrDefault(agent.tenant(), Map.of());
            held.skills().forEach(skill -> offered.computeIfPresent(skill, (id, offer) -> offer.byOneLess()));
        }
    }

    private static Map<String, String> texts(AgentRegistration registration) {
        Map<String, String> texts = new LinkedHashMap<>();
        SkillLookup.all(registration).forEach(skill -> texts.put(skill.getId(), SkillText.of(skill)));
        return texts;
    }

    @Override
    public CompletionStage<Map<String, Double>> of(TenantId asking, String text) {
        if (text.isBlank() || !consent.test(asking)) {
            return CompletableFuture.completedStage(Map.of());
        }
        return vectors.ask(text)
                .thenApply(found -> found.map(
                                request -> NearestSkills.of(cosines(request, visible.apply(asking)), least))
                        .orElse(Map.of()));
    }

    /** How often the provider failed. */
    public long failures() {
        return vectors.failures();
    }

    private Map<String, Double> cosines(float[] request, Set<TenantId> tenants) {
        Map<String, Double> cosines = new LinkedHashMap<>();
        texts(tenants).forEach((skill, texts) -> {
            for (String text : texts) {
                vectors.find(text)
                        .filter(vector -> vector.length == request.length)
                        .ifPresent(vector -> cosines.merge(skill, dot(request, vector), Math::max));
            }
        });
        return cosines;
    }

    private synchronized Map<String, List<String>> texts(Set<TenantId> tenants) {
        Map<String, List<String>> texts = new LinkedHashMap<>();
        for (TenantId tenant : tenants) {
            if (consent.test(tenant)) {
                offers.getOrDefault(tenant, Map.of())
                        .forEach((skill, offer) -> texts.computeIfAbsent(skill, id -> new ArrayList<>(1))
                                .add(offer.text()));
            }
        }
        return texts;
    }

    private static double dot(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (double) one[i] * other[i];
        }
        return sum;
    }
}
