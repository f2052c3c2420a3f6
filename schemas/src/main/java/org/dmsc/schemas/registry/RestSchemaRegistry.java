package org.dmsc.schemas.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * An outside registry that speaks Confluent's REST API. A schema is looked up first and registered only when it is not there, always with
 * {@code normalize=true}: some registries compare bytes. Ids and schemas are immutable and kept for ever.
 */
public final class RestSchemaRegistry implements SchemaRegistry {

    private static final int SUBJECT_UNKNOWN = 40401;
    private static final int SCHEMA_UNKNOWN = 40403;

    private final RegistryHttp http;
    private final RegisteredIds registered = new RegisteredIds();
    private final Map<Integer, Schema> parsed = new ConcurrentHashMap<>();

    /** Without credentials. */
    public RestSchemaRegistry(URI base) {
        this(RestRegistrySettings.of(base));
    }

    public RestSchemaRegistry(RestRegistrySettings settings) {
        this.http = new RegistryHttp(settings);
    }

    @Override
    public int register(String subject, Schema schema) {
        return registered.get(subject, schema, text -> lookUpOrRegister(subject, text));
    }

    @Override
    public Schema byId(int id) {
        Schema known = parsed.get(id);
        if (known != null) {
            return known;
        }
        Schema schema = SchemaTexts.parse(id, text(id));
        parsed.put(id, schema);
        return schema;
    }

    @Override
    public void close() {}

    private int lookUpOrRegister(String subject, String text) {
        String body = SchemaTexts.JSON.createObjectNode().put("schema", text).toString();
        String path = "/subjects/" + segment(subject);
        RegistryHttp.Answer found = http.post(path + "?normalize=true&deleted=false", body);
        if (found.isError(SUBJECT_UNKNOWN) || found.isError(SCHEMA_UNKNOWN)) {
            return id(subject, http.post(path + "/versions?normalize=true", body));
        }
        return id(subject, found);
    }

    private static int id(String subject, RegistryHttp.Answer answer) {
        JsonNode id = answer.body().path("id");
        if (answer.ok() && id.isInt()) {
            return id.asInt();
        }
        throw new RefusedException(
                Refusal.INVALID_CONFIGURATION,
                "the schema registry refused the schema of subject " + subject + ": " + answer.complaint()
                        + remedy(answer));
    }

    private static String remedy(RegistryHttp.Answer answer) {
        switch (answer.status()) {
            case 401:
            case 403:
                return " (expected credentials that may read and register: check the registry's user or token)";
            case 409:
                return " (the subject holds an incompatible schema: is another fabric, or another version of it, using this registry?)";
            case 422:
                return " (expected a registry that takes Avro and is not read-only)";
            default:
                return " (expected a Confluent-compatible registry at this URL)";
        }
    }

    private String text(int id) {
        RegistryHttp.Answer answer = http.get("/schemas/ids/" + id + "?fetchMaxId=false");
        JsonNode body = answer.body();
        if (!answer.ok() || !body.path("schema").isTextual()) {
            throw new RefusedException(
                    answer.isError(SCHEMA_UNKNOWN) ? Refusal.UNREADABLE : Refusal.UNAVAILABLE,
                    "schema id " + id + ": " + answer.complaint()
                            + " (the record was written with another registry, or is damaged)");
        }
        String type = body.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO") || body.path("references").size() > 0) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "schema id " + id + " is of type " + type
                            + " or has references (expected AVRO without references)");
        }
        return body.path("schema").asText();
    }

    private static String segment(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
