package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.admin.TenantConfiguration;
import org.dmsc.tenant.admin.TenantConfiguration.Applied;
import org.dmsc.tenant.admin.TenantConfiguration.Shown;
import org.dmsc.tenant.document.Change;

/**
 * A tenant's document: {@code GET} and {@code PUT /v1/config/tenants/{tenant}}; with {@code ?dry-run=true} a PUT says what it would change and
 * changes nothing. For operators, and for the tenant's own administrators. Who may not is told the same whether the tenant exists or not.
 */
final class ConfigPage implements Page {

    private final Optional<OperatorDesk> desk;
    private final Elsewhere elsewhere;

    ConfigPage(HttpEdgeParts parts) {
        this.desk = parts.operators();
        this.elsewhere = new Elsewhere(parts.settings());
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        boolean reads = call.is(HttpMethod.GET, "v1", "config", "tenants", "*");
        boolean writes = call.is(HttpMethod.PUT, "v1", "config", "tenants", "*");
        if (!reads && !writes) {
            return Optional.empty();
        }
        TenantId tenant = new TenantId(call.path().get(3));
        requireOwn(call, tenant);
        return Optional.of(later(call, reads ? show(call, tenant) : put(call, tenant)));
    }

    private static Function<TenantConfiguration, HttpResponse> show(Call call, TenantId tenant) {
        return configuration -> Answers.json(HttpStatus.OK, json(configuration.show(tenant, call.caller())));
    }

    private static Function<TenantConfiguration, HttpResponse> put(Call call, TenantId tenant) {
        A2aHeaders.requireJson(call);
        ObjectNode document = A2aJson.parse(call.body());
        return isDryRun(call)
                ? configuration -> Answers.json(
                        HttpStatus.OK, json(configuration.diff(tenant, document, call.caller()), "planned"))
                : configuration -> Answers.json(
                        HttpStatus.OK, json(configuration.apply(tenant, document, call.caller()), "applied"));
    }

    private static boolean isDryRun(Call call) {
        Optional<String> given = call.query("dry-run");
        if (given.isPresent() && !given.get().equals("true") && !given.get().equals("false")) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST, "dry-run: '" + Printable.of(given.get()) + "' (expected true or false)");
        }
        return given.filter("true"::equals).isPresent();
    }

    private static ObjectNode json(Shown shown) {
        TenantRecord record = shown.record();
        ObjectNode json = OperatorPage.tenant(record);
        json.set("document", shown.document());
        return json;
    }

    private static ObjectNode json(Applied applied, String what) {
        ObjectNode json = A2aJson.object();
        json.put("tenant", applied.tenant().value());
        json.put("result", applied.changes().isEmpty() ? "unchanged" : what);
        json.put("generation", applied.generation());
        ArrayNode changes = json.putArray("changes");
        for (Change change : applied.changes()) {
            ObjectNode one = changes.addObject();
            one.put("path", change.path());
            change.before().ifPresent(before -> one.put("before", before));
            change.after().ifPresent(after -> one.put("after", after));
        }
        return json;
    }

    /** Before anything is looked up: an agent may not even ask about another tenant. */
    private static void requireOwn(Call call, TenantId tenant) {
        boolean own = call.caller()
                .agent()
                .filter(agent -> agent.tenant().equals(tenant))
                .isPresent();
        if (!call.byOperator() && !own) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    call.caller().id() + ": may not configure another tenant (expected its own, or an operator)");
        }
    }

    private CompletionStage<HttpResponse> later(Call call, Function<TenantConfiguration, HttpResponse> work) {
        OperatorDesk operators = desk.orElseThrow(() -> elsewhere.refused("administration"));
        return CompletableFuture.supplyAsync(
                () -> work.apply(operators.configuration()), call.context().blockingTaskExecutor());
    }
}
