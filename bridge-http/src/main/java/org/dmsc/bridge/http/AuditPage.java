package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AuditReader;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.dmsc.tenant.policy.Policies;

/**
 * The audit log, and one task explained from it. An operator reads any tenant's; an administrator of a tenant
 * that tenant's; another agent the records of tasks it asked for itself.
 */
final class AuditPage implements Page {

    private static final int MOST_OF_A_TASK = 1000;

    private final AuditReader log;
    private final Policies policies;

    AuditPage(HttpEdgeParts parts) {
        this.log = parts.auditLog();
        this.policies = parts.policies();
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.is(HttpMethod.GET, "v1", "audit")) {
            Optional<String> task = call.query("task");
            if (AuditScope.isGiven(call, policies)) {
                AuditScope scope = AuditScope.of(call, policies);
                AuditFilter filter = AuditFilter.of(call);
                return Optional.of(log.read(scope.tenant(), filter.words(), filter.and(scope::holds), limit(call, task))
                        .thenApply(AuditPage::listed));
            }
            return Optional.of(ofTask(
                    call,
                    task.orElseThrow(() -> new RefusedException(
                            Refusal.INVALID_REQUEST,
                            "task: is missing (expected ?task=<id> of one of the caller's own tasks)"))));
        }
        if (call.is(HttpMethod.GET, "v1", "tasks", "*", "explain")) {
            return Optional.of(explained(call, call.path().get(2)));
        }
        return Optional.empty();
    }

    /** Of one task all are wanted. */
    private static int limit(Call call, Optional<String> task) {
        return task.isPresent() && call.query("limit").isEmpty() ? MOST_OF_A_TASK : DiscoveryPage.limit(call);
    }

    private CompletionStage<HttpResponse> ofTask(Call call, String task) {
        return records(call, task).thenApply(AuditPage::listed);
    }

    private CompletionStage<HttpResponse> explained(Call call, String task) {
        return records(call, task)
                .thenApply(records -> Answers.json(HttpStatus.OK, TaskExplanation.of(task, records, json(records))));
    }

    private CompletionStage<List<AuditRecord>> records(Call call, String task) {
        Optional<TenantId> tenant = call.byOperator()
                ? tenantOfOperator(call)
                : Optional.of(call.caller().tenant());
        return log.read(
                        tenant,
                        Set.of(task),
                        record -> task.equals(record.getEvent().getTaskId()),
                        MOST_OF_A_TASK)
                .thenApply(records -> {
                    requireOwn(call, task, records);
                    return records;
                });
    }

    private void requireOwn(Call call, String task, List<AuditRecord> records) {
        boolean visible = !AuditScope.isGiven(call, policies)
                ? records.stream()
                        .map(AuditRecord::getEvent)
                        .anyMatch(event -> event.getKind() == AuditKind.TASK_ACCEPTED
                                && event.getActor().equals(call.caller().id().uri()))
                : !records.isEmpty();
        if (!visible) {
            throw new RefusedException(
                    Refusal.TASK_UNKNOWN,
                    "task: no task '" + Printable.of(task) + "' of this caller (expected one that it asked for)");
        }
    }

    private static Optional<TenantId> tenantOfOperator(Call call) {
        if (!call.byOperator()) {
            throw new RefusedException(Refusal.NOT_PERMITTED, call.caller().id() + ": may not read the audit log");
        }
        // The fabric's own log is not a tenant's; it only shows in the log of all.
        return call.query("tenant").filter(tenant -> !tenant.equals("sys")).map(TenantId::new);
    }

    private static HttpResponse listed(List<AuditRecord> records) {
        return Answers.json(HttpStatus.OK, A2aJson.object().set("records", json(records)));
    }

    /** Avro's own JSON of a record: field names as in the schema, which is published. */
    private static ArrayNode json(List<AuditRecord> records) {
        ArrayNode list = A2aJson.array();
        records.forEach(record -> list.add(A2aJson.parse(record.toString().getBytes(StandardCharsets.UTF_8))));
        return list;
    }
}
