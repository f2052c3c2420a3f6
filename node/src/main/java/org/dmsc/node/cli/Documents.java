package org.dmsc.node.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;

/** Tenants' documents in YAML files, one or several with {@code ---} between them, and what the fabric makes of them. */
final class Documents {

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final String PATH = "/v1/config/tenants/";

    private Documents() {}

    /** All documents of a file; {@code -} is standard input. */
    static List<ObjectNode> read(Path file) {
        List<ObjectNode> documents = new ArrayList<>();
        try (InputStream in = file.toString().equals("-") ? System.in : Files.newInputStream(file);
                MappingIterator<JsonNode> all = YAML.readerFor(JsonNode.class).readValues(in)) {
            while (all.hasNextValue()) {
                documents.add(document(file, all.nextValue()));
            }
        } catch (JsonProcessingException e) {
            throw new NodeException(
                    ExitCode.USAGE,
                    file + ":" + e.getLocation().getLineNr() + ": is not YAML: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new NodeException(ExitCode.USAGE, "'" + file + "' cannot be read: " + e + " (expected a YAML file)");
        }
        if (documents.isEmpty()) {
            throw new NodeException(
                    ExitCode.USAGE, file + ": is empty (expected a document that begins 'tenant: <id>')");
        }
        return documents;
    }

    private static ObjectNode document(Path file, JsonNode tree) {
        if (tree instanceof ObjectNode object && object.path("tenant").isValueNode()) {
            return object;
        }
        throw new NodeException(
                ExitCode.USAGE, file + ": tenant: is missing (expected 'tenant: <id>' in each document)");
    }

    /** Has the fabric look at each document; {@code planned} ones change nothing. */
    static void put(FabricClient fabric, List<ObjectNode> documents, Map<String, String> query, Output output) {
        for (ObjectNode document : documents) {
            String tenant = document.path("tenant").asText();
            JsonNode result = fabric.put(PATH + FabricClient.encode(tenant), query, document);
            output.print(result, out -> print(result, out));
        }
    }

    private static void print(JsonNode result, Output out) {
        out.line("tenant " + result.path("tenant").asText() + ": "
                + result.path("result").asText() + ", generation "
                + result.path("generation").asText());
        for (JsonNode change : result.path("changes")) {
            if (change.has("before")) {
                out.line("  - " + change.path("path").asText() + ": "
                        + change.path("before").asText());
            }
            if (change.has("after")) {
                out.line("  + " + change.path("path").asText() + ": "
                        + change.path("after").asText());
            }
        }
    }
}
