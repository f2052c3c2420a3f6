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
import org.dmsc.tenant.admin.Offboarded;
import org.dmsc.tenant.admin.TenantLife;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.KeyClass;

/**
 * A tenant's life, for operators only.
 *
 * <pre>
 *   POST /v1/config/tenants/{tenant}/suspend, /resume
 *   POST /v1/config/tenants/{tenant}/offboard                {"confirm": "{tenant}"}
 *   POST /v1/config/tenants/{tenant}/keys/{class}/rotate     class: routing, payload
 * </pre>
 */
final class TenantLifePage implements Page {

    private final Optional<OperatorDesk> desk;
    private final Elsewhere elsewhere;

    TenantLifePage(HttpEdgeParts parts) {
        this.desk = parts.operators();
        this.elsewhere = new Elsewhere(parts.settings());
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.is(HttpMethod.POST, "v1", "config", "tenants", "*", "suspend")) {
            return later(call, life -> changed(life.suspend(tenant(call), actor(call))));
        }
        if (call.is(HttpMethod.POST, "v1", "config", "tenants", "*", "resume")) {
            return later(call, life -> changed(life.resume(tenant(call), actor(call))));
        }
        if (call.is(HttpMethod.POST, "v1", "config", "tenants", "*", "offboard")) {
            return later(call, life -> {
                A2aHeaders.requireJson(call);
                String confirmation = A2aJson.parse(call.body()).path("confirm").asText("");
                return offboarded(life.offboard(tenant(call), confirmation, actor(call)));
            });
        }
        if (call.is(HttpMethod.POST, "v1", "config", "tenants", "*", "keys", "*", "rotate")) {
            return later(
                    call,
                    life -> rotated(
                            life.rotateKey(tenant(call), keyClass(call.path().get(5)), actor(call))));
        }
        return Optional.empty();
    }

    private static HttpResponse changed(TenantRecord record) {
        return Answers.json(HttpStatus.OK, OperatorPage.tenant(record));
    }

    private static HttpResponse rotated(String keyId) {
        ObjectNode body = A2aJson.object();
        body.put("keyId", keyId);
        return Answers.json(HttpStatus.OK, body);
    }

    private static HttpResponse offboarded(Offboarded done) {
        ObjectNode body = OperatorPage.tenant(done.tombstone());
        ArrayNode steps = body.putArray("steps");
        done.steps().forEach(step -> {
            ObjectNode one = steps.addObject();
            one.put("name", step.name());
            one.put("millis", step.millis());
            one.put("result", step.result());
        });
        done.destroyed().forEach(body.putArray("destroyed")::add);
        done.remains().forEach(body.putArray("remains")::add);
        body.put("deletionRecord", done.deletionRecord());
        return Answers.json(HttpStatus.OK, body);
    }

    private static TenantId tenant(Call call) {
        return new TenantId(call.path().get(3));
    }

    private static SpiffeId actor(Call call) {
        return call.caller().id();
    }

    private static KeyClass keyClass(String label) {
        for (KeyClass keyClass : KeyClass.values()) {
            if (keyClass.label().equals(label)) {
                return keyClass;
            }
        }
        throw new RefusedException(
                Refusal.INVALID_REQUEST, "key class: '" + Printable.of(label) + "' (expected routing or payload)");
    }

    /** It talks to Kafka and to files: never on an event loop. */
    private Optional<CompletionStage<HttpResponse>> later(Call call, Function<TenantLife, HttpResponse> work) {
        if (!call.byOperator()) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    call.caller().id() + ": may not change a tenant's life (expected an operator's certificate)");
        }
        OperatorDesk operators = desk.orElseThrow(() -> elsewhere.refused("administration"));
        call.context().clearRequestTimeout();
        return Optional.of(CompletableFuture.supplyAsync(
                () -> work.apply(operators.life()), call.context().blockingTaskExecutor()));
    }
}
