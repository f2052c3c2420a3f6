package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.PublishedCards;
import org.dmsc.bridge.core.a2a.SendRequests;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.tenant.directory.TagExpression;

/** Finding agents: by sentence, tag and skill, or one by its name. Shows nobody what they may not use. */
final class DiscoveryPage implements Page {

    private static final int DEFAULT_LIMIT = 20;
    private static final int MOST = AgentSearch.MOST;
    private static final int MOST_ENTRIES = 10_000;
    private static final int LONGEST_QUERY = 4096;

    private final VisibleAgents visible;
    private final AgentSearch search;
    private final CardSeal seal;

    DiscoveryPage(HttpEdgeParts parts, CardSeal seal) {
        this.seal = seal;
        this.visible = new VisibleAgents(parts);
        this.search = new AgentSearch(parts, visible);
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.is(HttpMethod.GET, "v1", "agents")) {
            return Optional.of(found(call));
        }
        if (call.is(HttpMethod.GET, "v1", "agents", "*")) {
            AgentSnapshot agent = one(call, call.path().get(2));
            boolean own = agent.getTenant().equals(tenantOf(call).value());
            String url = url(call, agent);
            return done(
                    Answers.json(HttpStatus.OK, own ? AgentJson.withEvidence(agent, url) : AgentJson.of(agent, url)));
        }
        if (call.is(HttpMethod.GET, ".well-known", "ai-catalog.json")) {
            return done(PublicPages.card(catalogue(call), call.request().headers()));
        }
        if (call.is(HttpMethod.GET, "agents", "*", ".well-known", "agent-card.json")) {
            AgentSnapshot agent = one(call, call.path().get(1));
            ObjectNode card = seal.signed(PublishedCards.at(agent, url(call, agent)), call.baseUrl());
            return done(PublicPages.card(card, call.request().headers()));
        }
        if (call.is(HttpMethod.GET, "agents", "*", ".well-known", "original-agent-card.json")) {
            return done(original(call, call.path().get(1)));
        }
        return Optional.empty();
    }

    /** As the agent registered it, byte for byte, for its own tenant: it may name places that are nobody else's business. */
    private HttpResponse original(Call call, String name) {
        AgentSnapshot agent = one(call, name);
        if (!agent.getTenant().equals(tenantOf(call).value())) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED, "agent " + name + ": is another tenant's (expected an agent of one's own)");
        }
        return HttpResponse.of(
                HttpStatus.OK,
                MediaType.JSON,
                HttpData.ofUtf8(agent.getRegistration().getCardJson()));
    }

    private CompletionStage<HttpResponse> found(Call call) {
        TenantId tenant = tenantOf(call);
        Optional<String> skill = call.query("skill");
        Set<String> tags = new HashSet<>(call.queries("tag"));
        String text = call.query("q").orElse("");
        if (text.length() > LONGEST_QUERY) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "q: has " + text.length() + " characters (expected at most " + LONGEST_QUERY + ")");
        }
        Optional<TagExpression> expression = call.query("tags").map(TagExpression::parse);
        return search.find(tenant, new AgentSearch.Wanted(skill, tags, expression, text), limit(call))
                .thenApply(all -> Answers.json(HttpStatus.OK, listed(call, all)));
    }

    private static ObjectNode listed(Call call, List<AgentSearch.Found> all) {
        ArrayNode list = A2aJson.array();
        all.forEach(found -> list.add(found.match()
                .map(match -> AgentJson.of(found.agent(), match, url(call, found.agent())))
                .orElseGet(() -> AgentJson.of(found.agent(), url(call, found.agent())))));
        ObjectNode body = A2aJson.object();
        body.set("agents", list);
        return body;
    }

    /** Every agent that the caller may use, and where its card is: a proposal of the A2A project (PR 2240), not yet a norm. */
    private ObjectNode catalogue(Call call) {
        ObjectNode catalogue = A2aJson.object().put("specVersion", "1.0");
        catalogue.putObject("host").put("displayName", "DMSC gateway").put("identifier", call.baseUrl());
        ArrayNode entries = catalogue.putArray("entries");
        visible.all(tenantOf(call)).stream().limit(MOST_ENTRIES).forEach(agent -> {
            ObjectNode entry = entries.addObject();
            entry.put("identifier", "urn:dmsc:agent:" + agent.getTenant() + ":" + agent.getAgent());
            entry.put("displayName", agent.getRegistration().getName());
            entry.put("description", agent.getRegistration().getDescription());
            entry.put("mediaType", "application/a2a-agent-card+json");
            entry.put("url", url(call, agent) + PublicPages.CARD);
        });
        return catalogue;
    }

    private static String url(Call call, AgentSnapshot agent) {
        return AgentJson.url(agent, call.baseUrl(), tenantOf(call));
    }

    private AgentSnapshot one(Call call, String name) {
        TenantId tenant = tenantOf(call);
        AgentRef agent = SendRequests.agent(name, tenant);
        // Not there, or not for this caller: told apart in the audit log only.
        return visible.find(tenant, agent)
                .orElseThrow(() -> agent.tenant().equals(tenant)
                        ? new RefusedException(Refusal.AGENT_UNKNOWN, "agent " + agent + ": is not registered")
                        : new RefusedException(
                                Refusal.CROSS_TENANT,
                                "agent " + agent + ": is not registered, or no grant lets " + tenant + " use it"));
    }

    /** An agent sees its own tenant, whatever it asks for; an operator says which one. */
    private static TenantId tenantOf(Call call) {
        Optional<TenantId> own = call.tenant();
        if (own.isEmpty()) {
            throw call.byOperator()
                    ? new RefusedException(Refusal.INVALID_REQUEST, "tenant: is missing (expected ?tenant=<id>)")
                    : new RefusedException(
                            Refusal.NOT_PERMITTED,
                            call.caller().id() + ": may not see agents (expected an agent or an operator)");
        }
        Optional<String> named = call.query("tenant");
        if (named.isPresent() && !named.get().equals(own.get().value())) {
            throw new RefusedException(
                    Refusal.CROSS_TENANT,
                    "tenant: '" + Printable.of(named.get()) + "' is not the caller's own (expected none)");
        }
        return own.get();
    }

    static int limit(Call call) {
        Optional<String> given = call.query("limit");
        if (given.isEmpty()) {
            return DEFAULT_LIMIT;
        }
        if (!given.get().matches("[1-9][0-9]{0,2}") || Integer.parseInt(given.get()) > MOST) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST, "limit: '" + Printable.of(given.get()) + "' (expected 1 to " + MOST + ")");
        }
        return Integer.parseInt(given.get());
    }

    private static Optional<CompletionStage<HttpResponse>> done(HttpResponse response) {
        return Optional.of(CompletableFuture.completedStage(response));
    }
}
