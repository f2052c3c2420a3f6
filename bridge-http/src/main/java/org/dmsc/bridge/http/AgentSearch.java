package org.dmsc.bridge.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.directory.Match;
import org.dmsc.tenant.directory.Query;
import org.dmsc.tenant.directory.TagExpression;
import org.dmsc.tenant.embed.Nearness;

/** Agents by skill, tags and words, of those that a tenant may use, in the order in which the router would look at them. */
final class AgentSearch {

    /** Of one search. */
    static final int MOST = 200;

    private final VisibleAgents visible;
    private final CapabilityIndex capabilities;
    private final Experiences experiences;
    private final Nearness nearness;

    AgentSearch(HttpEdgeParts parts, VisibleAgents visible) {
        this.visible = visible;
        this.capabilities = parts.capabilities();
        this.experiences = parts.experiences();
        this.nearness = parts.nearness();
    }

    /** What is wanted; nothing at all: everybody. */
    record Wanted(Optional<String> skill, Set<String> tags, Optional<TagExpression> expression, String text) {

        boolean nothing() {
            return skill.isEmpty() && tags.isEmpty() && expression.isEmpty() && text.isBlank();
        }
    }

    /** An agent, and why it was found where something was wanted. */
    record Found(AgentSnapshot agent, Optional<Match> match) {}

    /** Soon complete: a model of meaning is asked where there is one, and not waited for for long. */
    CompletionStage<List<Found>> find(TenantId viewer, Wanted wanted, int most) {
        if (wanted.nothing()) {
            return CompletableFuture.completedStage(visible.all(viewer).stream()
                    .limit(most)
                    .map(agent -> new Found(agent, Optional.empty()))
                    .toList());
        }
        return wanted.skill().isPresent() || wanted.text().isBlank()
                ? CompletableFuture.completedStage(find(viewer, wanted, most, Map.of()))
                : nearness.of(viewer, wanted.text()).thenApply(near -> find(viewer, wanted, most, near));
    }

    private List<Found> find(TenantId viewer, Wanted wanted, int most, Map<String, Double> near) {
        Query query = new Query(
                        visible.tenants(viewer),
                        wanted.skill(),
                        wanted.tags(),
                        wanted.expression(),
                        wanted.text(),
                        MOST)
                .near(near);
        List<Match> matches = experiences
                .of(viewer)
                .map(experience -> capabilities.search(query, experience))
                .orElseGet(() -> capabilities.search(query));
        return matches.stream()
                .filter(match -> visible.mayUse(viewer, match.agent(), match.skill()))
                .limit(most)
                .flatMap(match -> visible.find(viewer, match.agent()).stream()
                        .flatMap(agent -> Stream.of(new Found(agent, Optional.of(match)))))
                .toList();
    }
}
