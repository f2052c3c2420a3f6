package org.dmsc.node.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;

/** Reads the YAML file, lays the command line over it, and either gives a configuration or names every fault in it. */
public final class ConfigReader {

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private ConfigReader() {}

    /**
     * @param file the YAML file; empty: defaults only
     * @param overrides dotted keys of the command line, e.g. {@code http.port}
     * @throws NodeException USAGE with all faults, one per line
     */
    public static FabricConfig read(Optional<Path> file, Map<String, String> overrides) {
        List<Fault> faults = new ArrayList<>();
        ObjectNode tree = file.map(path -> load(path, faults)).orElseGet(YAML::createObjectNode);
        overrides.forEach((key, value) -> put(tree, key, value));
        FabricConfig config = new FabricConfigParser(new Section("", tree, faults)).parse();
        if (!faults.isEmpty()) {
            throw invalid(file, faults);
        }
        return config;
    }

    private static ObjectNode load(Path file, List<Fault> faults) {
        try {
            JsonNode tree = YAML.readTree(Files.readString(file));
            if (tree instanceof ObjectNode object) {
                return object;
            }
            if (!tree.isMissingNode() && !tree.isNull()) {
                faults.add(
                        new Fault(file.toString(), "is not a set of keys (expected lines of the form 'key: value')"));
            }
        } catch (JsonProcessingException e) {
            faults.add(new Fault(file + position(e.getLocation()), "is not YAML: " + e.getOriginalMessage()));
        } catch (IOException e) {
            faults.add(new Fault("--config", "'" + file + "' cannot be read: " + e + " (expected a YAML file)"));
        }
        return YAML.createObjectNode();
    }

    private static String position(JsonLocation location) {
        return location == null ? "" : ":" + location.getLineNr() + ":" + location.getColumnNr();
    }

    private static void put(ObjectNode tree, String key, String value) {
        String[] parts = key.split("\\.", -1);
        ObjectNode at = tree;
        for (int i = 0; i < parts.length - 1; i++) {
            at = at.get(parts[i]) instanceof ObjectNode below ? below : at.putObject(parts[i]);
        }
        at.put(parts[parts.length - 1], value);
    }

    private static NodeException invalid(Optional<Path> file, List<Fault> faults) {
        String where = file.map(path -> " in " + path).orElse("");
        String lines = faults.stream().map(fault -> "\n  " + fault).collect(Collectors.joining());
        return new NodeException(
                ExitCode.USAGE,
                "the configuration" + where + " has " + (faults.size() == 1 ? "a fault" : faults.size() + " faults")
                        + ":" + lines);
    }
}
