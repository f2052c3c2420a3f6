package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;

/**
 * The embedded schema registry behind the REST interface of Confluent's, so that stock clients of the audit topics find their schemas. Whoever
 * may call the edge reads; operators register. Subjects of other tenants' topics are not shown. Nothing is ever deleted.
 *
 * <pre>
 *   /subjects[/{s}[/versions[/{v}[/schema]]]]   /schemas/ids/{id}[/schema|/versions]   /schemas/types
 *   /compatibility/subjects/{s}/versions[/{v}]  /config[/{s}]                          /mode[/{s}]
 * </pre>
 */
final class SchemaPage implements Page {

    private static final MediaType TYPE = MediaType.create("application", "vnd.schemaregistry.v1+json");
    private static final Set<String> ROOTS = Set.of("subjects", "schemas", "compatibility", "config", "mode");
    private static final String VALUE = "-value";

    private final SchemaDesk desk;

    SchemaPage(SchemaDesk desk) {
        this.desk = desk;
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        List<String> path = call.path();
        if (path.isEmpty() || !ROOTS.contains(path.get(0))) {
            return Optional.empty();
        }
        return work(call)
                .map(work -> desk.ask(registry -> work.apply(new SchemaAnswers(registry, name -> shows(call, name))))
                        .thenApply(found -> answer(HttpStatus.OK, found))
                        .exceptionally(SchemaPage::fault));
    }

    private static Optional<Function<SchemaAnswers, JsonNode>> work(Call call) {
        return switch (call.method()) {
            case GET -> reading(call);
            case POST -> posting(call);
            case PUT, DELETE -> changing(call);
            default -> Optional.empty();
        };
    }

    private static Optional<Function<SchemaAnswers, JsonNode>> reading(Call call) {
        List<String> at = call.path();
        return switch (at.get(0)) {
            case "subjects" -> subjects(call);
            case "schemas" -> schemas(call);
            case "config" ->
                switch (at.size()) {
                    case 1 -> Optional.of(SchemaAnswers::level);
                    case 2 -> {
                        boolean orGlobal = call.query("defaultToGlobal")
                                .filter("true"::equals)
                                .isPresent();
                        yield Optional.of(answers -> answers.level(at.get(1), orGlobal));
                    }
                    default -> Optional.empty();
                };
            case "mode" -> Optional.of(answers -> A2aJson.object().put("mode", "READWRITE"));
            default -> Optional.empty();
        };
    }

    private static Optional<Function<SchemaAnswers, JsonNode>> subjects(Call call) {
        List<String> at = call.path();
        if (call.is(HttpMethod.GET, "subjects")) {
            return Optional.of(SchemaAnswers::subjects);
        }
        if (call.is(HttpMethod.GET, "subjects", "*", "versions")) {
            return Optional.of(answers -> answers.versions(at.get(1)));
        }
        if (call.is(HttpMethod.GET, "subjects", "*", "versions", "*")) {
            return Optional.of(answers -> answers.version(at.get(1), at.get(3)));
        }
        return call.is(HttpMethod.GET, "subjects", "*", "versions", "*", "schema")
                ? Optional.of(answers -> answers.schema(at.get(1), at.get(3)))
                : Optional.empty();
    }

    private static Optional<Function<SchemaAnswers, JsonNode>> schemas(Call call) {
        List<String> at = call.path();
        if (call.is(HttpMethod.GET, "schemas", "types")) {
            return Optional.of(answers -> A2aJson.array().add("AVRO"));
        }
        if (call.is(HttpMethod.GET, "schemas", "ids", "*")) {
            return Optional.of(answers -> answers.byId(at.get(2)));
        }
        if (call.is(HttpMethod.GET, "schemas", "ids", "*", "schema")) {
            return Optional.of(answers -> answers.schemaById(at.get(2)));
        }
        return call.is(HttpMethod.GET, "schemas", "ids", "*", "versions")
                ? Optional.of(answers -> answers.versionsOfId(at.get(2)))
                : Optional.empty();
    }

    private static Optional<Function<SchemaAnswers, JsonNode>> posting(Call call) {
        List<String> at = call.path();
        if (call.is(HttpMethod.POST, "subjects", "*")) {
            return Optional.of(answers -> answers.lookup(at.get(1), call.body()));
        }
        if (call.is(HttpMethod.POST, "subjects", "*", "versions")) {
            requireOperator(call);
            return Optional.of(answers -> answers.register(at.get(1), call.body()));
        }
        boolean verbose = call.query("verbose").filter("true"::equals).isPresent();
        if (call.is(HttpMethod.POST, "compatibility", "subjects", "*", "versions", "*")) {
            return Optional.of(answers -> answers.compatible(at.get(2), at.get(4), call.body(), verbose));
        }
        return call.is(HttpMethod.POST, "compatibility", "subjects", "*", "versions")
                ? Optional.of(answers -> answers.compatible(at.get(2), "", call.body(), verbose))
                : Optional.empty();
    }

    private static Optional<Function<SchemaAnswers, JsonNode>> changing(Call call) {
        requireOperator(call);
        List<String> at = call.path();
        if (call.method() == HttpMethod.PUT && at.get(0).equals("config") && at.size() <= 2) {
            String subject = at.size() == 2 ? at.get(1) : "";
            return Optional.of(answers -> answers.setLevel(subject, call.body()));
        }
        return Optional.of(answers -> {
            throw new SchemaFault(
                    SchemaFault.NOT_OFFERED, "schemas are for ever, and the mode is READWRITE: nothing is changed");
        });
    }

    private static void requireOperator(Call call) {
        if (!call.byOperator()) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    call.caller().id() + ": may not change the schema registry (expected an operator)");
        }
    }

    /** A subject names a topic, and so a tenant: those of other tenants are not there. */
    private static boolean shows(Call call, String subject) {
        String topic = subject.endsWith(VALUE) ? subject.substring(0, subject.length() - VALUE.length()) : subject;
        return call.byOperator()
                || TopicNames.parse(topic)
                        .map(found ->
                                call.tenant().filter(found.tenant()::equals).isPresent())
                        .orElse(true);
    }

    private static HttpResponse answer(HttpStatus status, JsonNode body) {
        return Answers.json(status, TYPE, body);
    }

    private static HttpResponse fault(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof SchemaFault fault) {
            JsonNode body = A2aJson.object().put("error_code", fault.code()).put("message", fault.getMessage());
            return answer(HttpStatus.valueOf(fault.status()), body);
        }
        throw failure instanceof RuntimeException known ? known : new CompletionException(cause);
    }
}
