package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.cards.CardSources;
import org.dmsc.bridge.core.cards.FetchedCards;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.tenant.fetch.Destination;
import org.dmsc.tenant.fetch.FetchOrder;
import org.dmsc.tenant.fetch.Fetched;
import org.dmsc.tenant.fetch.Fetcher;
import org.dmsc.tenant.identity.FabricDomain;

/**
 * Registers an agent of which nothing is known but its URL: {@code POST /v1/agents} with {@code {"url": "https://…"}}. Which agent it is says
 * the certificate it shows there, which is the one that each delivery will ask for; so nobody can register what is somebody else's.
 *
 * <pre>
 *   url ▸ fetched by the rules for outside addresses ▸ certificate of an agent of the tenant ▸ card of that same host ▸ registered
 * </pre>
 * From then on the gateway looks there for changes, see {@link org.dmsc.bridge.core.cards.CardRefetcher}.
 */
final class OnboardingPage implements Page {

    private final Fetcher fetcher;
    private final FabricDomain domain;
    private final RegistrationPage registration;
    private final FetchedCards cards;
    private final Clock clock;

    OnboardingPage(HttpEdgeParts parts, RegistrationPage registration) {
        this.fetcher = parts.fetcher();
        this.domain = parts.settings().domain();
        this.registration = registration;
        this.cards = new FetchedCards(parts.cards().check());
        this.clock = parts.clock();
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (!call.is(HttpMethod.POST, "v1", "agents")) {
            return Optional.empty();
        }
        A2aHeaders.requireJson(call);
        TenantId tenant = call.tenant()
                .orElseThrow(() -> call.byOperator()
                        ? new RefusedException(Refusal.INVALID_REQUEST, "tenant: is missing (expected ?tenant=<id>)")
                        : new RefusedException(
                                Refusal.NOT_PERMITTED, call.caller().id() + ": is no agent"));
        Destination card = cardAt(A2aJson.parse(call.body()).path("url").asText(""));
        return Optional.of(fetcher.get(new FetchOrder(tenant, card, FetchOrder.Trust.FABRIC))
                .thenCompose(fetched -> registered(call, tenant, card, fetched)));
    }

    /** The card's usual place below the agent's address, unless the URL names another. */
    private static Destination cardAt(String url) {
        if (url.isEmpty()) {
            throw new RefusedException(Refusal.INVALID_REQUEST, "url: is missing (expected {\"url\":\"https://…\"})");
        }
        Destination given = Destination.of(url);
        return given.path().equals("/") ? given.at(PublicPages.CARD) : given;
    }

    private CompletionStage<HttpResponse> registered(Call call, TenantId tenant, Destination card, Fetched fetched) {
        AgentRef agent = agent(call, tenant, fetched);
        FetchedCards.Read read = cards.read(agent, card, fetched.body());
        AgentRegistration registered =
                CardSources.fetched(read.registration(), card.toString(), read.signer(), clock.millis());
        return registration.admit(call, agent, registered);
    }

    private AgentRef agent(Call call, TenantId tenant, Fetched fetched) {
        AgentRef agent = fetched.peer()
                .flatMap(peer -> peer.agentRef(domain))
                .filter(found -> found.tenant().equals(tenant))
                .filter(found -> !found.agent().equals(AgentId.GATEWAY))
                .orElseThrow(() -> new RefusedException(
                        Refusal.NOT_PERMITTED,
                        "url: whoever answers there is no agent of tenant " + tenant
                                + " (expected the certificate that dmsc agent add made)"));
        if (!call.byOperator() && !call.caller().agent().equals(Optional.of(agent))) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "url: agent " + agent
                            + " answers there and is not the caller (expected an agent to act for itself only)");
        }
        return agent;
    }
}
