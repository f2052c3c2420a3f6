package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.admin.AgentCredentials;
import org.dmsc.tenant.admin.CreatedTenant;
import org.dmsc.tenant.admin.KafkaAccess;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.Pem;

/** What only operators may do, and what nodes may read: tenants, credentials, status, metrics. */
final class OperatorPage implements Page {

    private static final Duration CREDENTIAL_LIFE = Duration.ofHours(1);
    private static final int LONGEST_NAME = 256;

    private final Optional<OperatorDesk> desk;
    private final Elsewhere elsewhere;
    private final Agents agents;
    private final NodeStatus status;

    OperatorPage(HttpEdgeParts parts) {
        this.desk = parts.operators();
        this.elsewhere = new Elsewhere(parts.settings());
        this.agents = parts.agents();
        this.status = parts.status();
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.is(HttpMethod.GET, "metrics")) {
            requireFabric(call);
            return now(
                    HttpResponse.of(MediaType.PLAIN_TEXT_UTF_8, status.metrics().get()));
        }
        if (call.is(HttpMethod.GET, "v1", "status")) {
            requireFabric(call);
            return now(HttpResponse.of(MediaType.JSON, status.statusJson().get()));
        }
        if (call.path().size() < 3
                || !call.path().get(0).equals("v1")
                || !call.path().get(1).equals("config")) {
            return Optional.empty();
        }
        requireOperator(call);
        return config(call);
    }

    private Optional<CompletionStage<HttpResponse>> config(Call call) {
        if (call.is(HttpMethod.POST, "v1", "config", "tenants")) {
            A2aHeaders.requireJson(call);
            ObjectNode body = A2aJson.parse(call.body());
            TenantId tenant = new TenantId(text(body, "tenant", ""));
            String name = text(body, "displayName", tenant.value());
            return later(
                    call,
                    operators ->
                            created(operators.create(tenant, name, call.caller().id())));
        }
        if (call.is(HttpMethod.GET, "v1", "config", "tenants")) {
            return later(call, operators -> listed(operators));
        }
        if (call.is(HttpMethod.POST, "v1", "config", "tenants", "*", "token-keys")) {
            TenantId tenant = new TenantId(call.path().get(3));
            return later(
                    call,
                    operators -> Answers.json(
                            HttpStatus.CREATED,
                            tenant(operators.rotateTokenKey(
                                    tenant, call.caller().id()))));
        }
        if (call.is(HttpMethod.GET, "v1", "config", "tenants", "*", "agents")) {
            return now(agentsOf(call, new TenantId(call.path().get(3))));
        }
        if (call.is(HttpMethod.POST, "v1", "config", "tenants", "*", "agents", "*", "credentials")) {
            AgentRef agent = new AgentRef(
                    new TenantId(call.path().get(3)), new AgentId(call.path().get(5)));
            return later(
                    call,
                    operators -> issued(operators.addAgent(
                            agent, CREDENTIAL_LIFE, call.caller().id())));
        }
        return kafka(call);
    }

    private Optional<CompletionStage<HttpResponse>> kafka(Call call) {
        if (!call.is(HttpMethod.PUT, "v1", "config", "tenants", "*", "kafka", "*")
                && !call.is(HttpMethod.DELETE, "v1", "config", "tenants", "*", "kafka", "*")) {
            return Optional.empty();
        }
        TenantId tenant = new TenantId(call.path().get(3));
        String name = call.path().get(5);
        if (call.is(HttpMethod.DELETE, "v1", "config", "tenants", "*", "kafka", "*")) {
            return later(call, operators -> {
                operators.dismissKafka(tenant, name, call.caller().id());
                return HttpResponse.of(HttpStatus.NO_CONTENT);
            });
        }
        return later(
                call,
                operators -> admitted(operators.admitKafka(
                        tenant, name, FabricPki.MOST_READER_LIFE, call.caller().id())));
    }

    private HttpResponse created(CreatedTenant created) {
        ObjectNode body = tenant(created.tenant());
        body.put("routerAnswered", created.routerAnswered());
        return Answers.json(HttpStatus.CREATED, body);
    }

    private static HttpResponse listed(OperatorDesk operators) {
        ObjectNode body = A2aJson.object();
        ArrayNode list = body.putArray("tenants");
        operators.list().forEach(record -> list.add(tenant(record)));
        return Answers.json(HttpStatus.OK, body);
    }

    private HttpResponse agentsOf(Call call, TenantId tenant) {
        ObjectNode body = A2aJson.object();
        ArrayNode list = body.putArray("agents");
        agents.ofTenant(tenant).forEach(agent -> list.add(AgentJson.of(agent, AgentJson.url(agent, call.baseUrl()))));
        return Answers.json(HttpStatus.OK, body);
    }

    private static HttpResponse issued(AgentCredentials credentials) {
        ObjectNode body = A2aJson.object();
        body.put("certificatePem", credentials.identity().certificatePem());
        body.put("keyPem", credentials.identity().keyPem());
        body.put("caPem", Pem.of(credentials.root()));
        body.put("token", credentials.token());
        return Answers.json(HttpStatus.CREATED, body);
    }

    private static HttpResponse admitted(KafkaAccess access) {
        ObjectNode body = A2aJson.object();
        body.put("principal", access.principal());
        body.put("groupPrefix", access.groups());
        body.put("bootstrap", access.bootstrapServers());
        body.put("notAfter", access.identity().leaf().getNotAfter().toInstant().toString());
        body.put("clientProperties", access.clientProperties());
        return Answers.json(HttpStatus.CREATED, body);
    }

    static ObjectNode tenant(TenantRecord record) {
        ObjectNode json = A2aJson.object();
        json.put("tenant", record.getTenant());
        json.put("displayName", record.getDisplayName());
        json.put("state", record.getState().name());
        json.put("generation", record.getGeneration());
        json.put("createdAt", record.getCreatedAt());
        json.put("updatedAt", record.getUpdatedAt());
        json.put("tokenIssuer", record.getTokenIssuer());
        ArrayNode cas = json.putArray("caCertificates");
        record.getCaCertificates().forEach(cas::add);
        return json;
    }

    /** Administration talks to Kafka and to files: never on an event loop. */
    private Optional<CompletionStage<HttpResponse>> later(Call call, Function<OperatorDesk, HttpResponse> work) {
        OperatorDesk operators = desk.orElseThrow(() -> elsewhere.refused("administration"));
        return Optional.of(CompletableFuture.supplyAsync(
                () -> work.apply(operators), call.context().blockingTaskExecutor()));
    }

    private static Optional<CompletionStage<HttpResponse>> now(HttpResponse response) {
        return Optional.of(CompletableFuture.completedStage(response));
    }

    private static void requireOperator(Call call) {
        if (!call.byOperator()) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    call.caller().id() + ": may not configure the fabric (expected an operator's certificate)");
        }
    }

    private static void requireFabric(Call call) {
        if (call.caller().kind() == Caller.Kind.AGENT) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    call.caller().id() + ": may not see this (expected an operator or a node of the fabric)");
        }
    }

    private static String text(ObjectNode body, String name, String missing) {
        String value = body.path(name).asText(missing);
        if (value.length() > LONGEST_NAME) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    name + ": has " + value.length() + " characters (expected at most " + LONGEST_NAME + ")");
        }
        return value;
    }
}
