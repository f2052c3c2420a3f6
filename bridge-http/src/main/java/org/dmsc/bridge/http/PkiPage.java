package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.enrol.OneTimeTokens;
import org.dmsc.tenant.enrol.OneTimeTokens.Made;
import org.dmsc.tenant.enrol.OneTimeTokens.Wish;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.pki.Pem;

/** What operators do with certificates: invite agents and nodes to enrol, rotate the CA of a tenant or of the platform. */
final class PkiPage implements Page {

    private static final Duration AGENT_LIFE = Duration.ofHours(1);
    private static final Duration NODE_LIFE = Duration.ofHours(24);

    private static final String GATEWAY = "gateway";

    private final PkiDesk desk;
    private final FabricDomain domain;

    PkiPage(PkiDesk desk, FabricDomain domain) {
        this.desk = desk;
        this.domain = domain;
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        List<String> path = call.path();
        if (call.is(HttpMethod.POST, "v1", "config", "tenants", "*", "agents", "*", "invitations")) {
            AgentRef agent = new AgentRef(new TenantId(path.get(3)), new AgentId(path.get(5)));
            if (agent.agent().equals(AgentId.GATEWAY)) {
                throw new RefusedException(
                        Refusal.INVALID_AGENT_ID,
                        "agent id: 'gateway' is the fabric's own name in every tenant (expected any other)");
            }
            ObjectNode body = body(call);
            return later(
                    call,
                    () -> invited(
                            call,
                            new Wish(
                                    SpiffeId.agent(domain, agent),
                                    NodeNames.NONE,
                                    life(body, AGENT_LIFE),
                                    tokenLife(body))));
        }
        if (call.is(HttpMethod.POST, "v1", "config", "nodes", "*", "*", "invitations")) {
            SpiffeId node = node(path.get(3), path.get(4));
            ObjectNode body = body(call);
            NodeNames names = names(path.get(3), body);
            return later(call, () -> invited(call, new Wish(node, names, life(body, NODE_LIFE), tokenLife(body))));
        }
        if (call.is(HttpMethod.POST, "v1", "config", "tenants", "*", "ca-rotations")) {
            TenantId tenant = new TenantId(path.get(3));
            return later(
                    call,
                    () -> rotated(desk.rotation().rotate(tenant, call.caller().id())));
        }
        if (call.is(HttpMethod.POST, "v1", "config", "platform", "ca-rotations")) {
            return later(
                    call,
                    () -> rotated(desk.platformRotation().rotate(call.caller().id())));
        }
        return Optional.empty();
    }

    /** A gateway that is told no names is reached on its own machine, and by the names of tenants. */
    private NodeNames names(String kind, ObjectNode body) {
        NodeNames given = new NodeNames(texts(body, "dnsNames"), texts(body, "ipAddresses"));
        return kind.equals(GATEWAY) && given.equals(NodeNames.NONE)
                ? new NodeNames(List.of("localhost", domain.toString(), "*." + domain), List.of("127.0.0.1", "::1"))
                : given;
    }

    /** An operator's certificate is not for the network: it is made on the machine that has the keys. */
    private SpiffeId node(String kind, String id) {
        if (kind.equals("operator") || !SpiffeId.NODE_KINDS.contains(kind)) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "kind of node: '" + kind + "' (expected one of " + SpiffeId.NODE_KINDS + " but operator)");
        }
        return SpiffeId.node(domain, kind, id);
    }

    private HttpResponse invited(Call call, Wish wish) {
        Made made = desk.enrolment().invite(wish, call.caller().id());
        ObjectNode body = A2aJson.object();
        body.put("identity", wish.identity().uri());
        body.put("user", made.invitation().user());
        body.put("token", made.token());
        body.put("expiresAt", made.invitation().expiresAt().toString());
        body.put("est", call.baseUrl() + "/.well-known/est");
        body.put("host", wish.identity().trustDomain());
        return Answers.json(HttpStatus.CREATED, body);
    }

    private static HttpResponse rotated(X509Certificate active) {
        ObjectNode body = A2aJson.object();
        body.put("serial", active.getSerialNumber().toString(16));
        body.put("notAfter", active.getNotAfter().toInstant().toString());
        body.put("certificatePem", Pem.of(active));
        return Answers.json(HttpStatus.CREATED, body);
    }

    private static ObjectNode body(Call call) {
        A2aHeaders.requireJson(call);
        return A2aJson.parse(call.body());
    }

    private static Duration life(ObjectNode body, Duration usual) {
        return seconds(body, "lifeSeconds", usual);
    }

    private static Duration tokenLife(ObjectNode body) {
        return seconds(body, "tokenLifeSeconds", OneTimeTokens.USUAL_LIFE);
    }

    private static Duration seconds(ObjectNode body, String name, Duration usual) {
        JsonNode given = body.path(name);
        if (given.isMissingNode()) {
            return usual;
        }
        if (!given.isIntegralNumber() || !given.canConvertToInt() || given.asInt() < 1) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST, name + ": not a number of seconds (expected a whole number above zero)");
        }
        return Duration.ofSeconds(given.asInt());
    }

    private static List<String> texts(ObjectNode body, String name) {
        return StreamSupport.stream(body.path(name).spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** Administration talks to Kafka and to files: never on an event loop. */
    private static Optional<CompletionStage<HttpResponse>> later(Call call, Supplier<HttpResponse> work) {
        if (!call.byOperator()) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    call.caller().id() + ": may not configure the fabric (expected an operator's certificate)");
        }
        return Optional.of(CompletableFuture.supplyAsync(work, call.context().blockingTaskExecutor()));
    }
}
