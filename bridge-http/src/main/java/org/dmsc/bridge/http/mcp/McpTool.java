package org.dmsc.bridge.http.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Fields;

/** The tools, each described in {@code tools.json}. */
public enum McpTool {
    FIND_AGENTS,
    DELEGATE_TASK,
    GET_TASK,
    CANCEL_TASK;

    private static final JsonNode DESCRIBED = described();

    /** The tool of that name. */
    public static Optional<McpTool> named(String name) {
        return Arrays.stream(values())
                .filter(tool -> tool.wireName().equals(name))
                .findFirst();
    }

    /** All of them, as {@code tools/list} shows them. */
    public static ArrayNode list() {
        ArrayNode list = A2aJson.array();
        Arrays.stream(values()).forEach(tool -> list.add(tool.description()));
        return list;
    }

    /** As clients write it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The arguments of a call, every one of them known.
     *
     * @throws org.dmsc.schemas.RefusedException INVALID_REQUEST for one that is not; models invent some, and what is passed over would mislead
     */
    public Fields arguments(ObjectNode given) {
        JsonNode known = description().path("inputSchema").path("properties");
        Fields fields = Fields.ofRequest(given, wireName());
        given.fieldNames().forEachRemaining(name -> {
            if (!known.has(name)) {
                throw fields.wrong(printable(name), "is no argument of this tool", "one of " + names(known));
            }
        });
        return fields;
    }

    private static String printable(String name) {
        return org.dmsc.schemas.Printable.of(name);
    }

    private static String names(JsonNode properties) {
        StringBuilder names = new StringBuilder();
        properties
                .fieldNames()
                .forEachRemaining(
                        name -> names.append(names.isEmpty() ? "" : ", ").append(name));
        return names.toString();
    }

    private JsonNode description() {
        for (JsonNode tool : DESCRIBED.path("tools")) {
            if (tool.path("name").asText().equals(wireName())) {
                return tool;
            }
        }
        throw new IllegalStateException("tools.json: does not describe " + wireName());
    }

    private static JsonNode described() {
        try (InputStream in = Objects.requireNonNull(McpTool.class.getResourceAsStream("tools.json"), "tools.json")) {
            return A2aJson.parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("tools.json", e);
        }
    }
}
