package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AuditQuery;
import org.dmsc.bridge.core.AuditQuery.Slice;
import org.dmsc.bridge.core.AuditQuery.Span;
import org.dmsc.bridge.core.AuditReader;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.policy.Policies;

/**
 * The audit log in pages, and counted. For operators, and for administrators of a tenant, who see that tenant's.
 *
 * <pre>
 *   GET /v1/audit/query?tenant=&amp;since=&amp;until=&amp;task=&amp;agent=&amp;kind=&amp;refusal=&amp;limit=&amp;cursor=
 *   GET /v1/audit/stats?tenant=&amp;since=&amp;until=&amp;…
 * </pre>
 *
 * Times are ISO 8601 or milliseconds, and mean when a record was written to the log.
 */
final class AuditQueryPage implements Page {

    private static final int DEFAULT_LIMIT = 100;
    private static final int MOST = 1000;

    private final AuditReader log;
    private final Policies policies;

    AuditQueryPage(HttpEdgeParts parts) {
        this.log = parts.auditLog();
        this.policies = parts.policies();
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.is(HttpMethod.GET, "v1", "audit", "query")) {
            return Optional.of(log.page(query(call, limit(call))).thenApply(AuditQueryPage::listed));
        }
        if (call.is(HttpMethod.GET, "v1", "audit", "stats")) {
            AuditTally tally = new AuditTally();
            AuditQuery asked = query(call, 1);
            // Whatever is counted is not listed, so that a page ends with the log or with its time.
            AuditQuery counting = new AuditQuery(
                    asked.tenant(),
                    record -> {
                        if (asked.wanted().test(record)) {
                            tally.add(record);
                        }
                        return false;
                    },
                    asked.words(),
                    asked.span(),
                    asked.cursor(),
                    1);
            return Optional.of(toTheEnd(counting).thenApply(done -> Answers.json(HttpStatus.OK, tally.json())));
        }
        return Optional.empty();
    }

    private CompletionStage<Slice> toTheEnd(AuditQuery query) {
        return log.page(query)
                .thenCompose(slice ->
                        slice.last() ? CompletableFuture.completedStage(slice) : toTheEnd(query.after(slice.cursor())));
    }

    private AuditQuery query(Call call, int limit) {
        AuditScope scope = AuditScope.of(call, policies);
        AuditFilter filter = AuditFilter.of(call);
        return new AuditQuery(
                scope.tenant(),
                filter.and(scope::holds),
                filter.words(),
                new Span(time(call, "since").orElse(0L), time(call, "until").orElse(Long.MAX_VALUE)),
                call.query("cursor"),
                limit);
    }

    private static int limit(Call call) {
        String given = call.query("limit").orElse(Integer.toString(DEFAULT_LIMIT));
        if (!given.matches("[1-9][0-9]{0,3}") || Integer.parseInt(given) > MOST) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST, "limit: '" + Printable.of(given) + "' (expected 1 to " + MOST + ")");
        }
        return Integer.parseInt(given);
    }

    private static Optional<Long> time(Call call, String name) {
        return call.query(name).map(given -> {
            if (given.matches("[0-9]{1,15}")) {
                return Long.parseLong(given);
            }
            try {
                return Instant.parse(given).toEpochMilli();
            } catch (DateTimeParseException e) {
                throw new RefusedException(
                        Refusal.INVALID_REQUEST,
                        name + ": '" + Printable.of(given)
                                + "' (expected a time like 2026-11-22T17:00:00Z, or milliseconds)");
            }
        });
    }

    private static HttpResponse listed(Slice slice) {
        ObjectNode body = A2aJson.object();
        ArrayNode list = body.putArray("records");
        // Avro's own JSON of a record: field names as in the schema, which is published.
        slice.records()
                .forEach(record -> list.add(A2aJson.parse(record.toString().getBytes(StandardCharsets.UTF_8))));
        return Answers.json(HttpStatus.OK, body.put("cursor", slice.cursor()).put("last", slice.last()));
    }
}
