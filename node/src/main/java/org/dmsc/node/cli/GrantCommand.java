package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dmsc grant …}. */
@Command(
        name = "grant",
        description = "Shows what tenants let each other use; 'dmsc apply' changes it.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class GrantCommand {

    private static final String PATH = "/v1/config/tenants";

    @Command(
            name = "list",
            description = "Lists offers of all tenants and whether each was accepted.",
            mixinStandardHelpOptions = true)
    int list(@Mixin Target where, @Mixin Output output) {
        FabricClient fabric = where.asOperator();
        List<JsonNode> documents = new ArrayList<>();
        fabric.get(PATH)
                .path("tenants")
                .forEach(tenant -> documents.add(fabric.get(PATH + "/"
                                + FabricClient.encode(tenant.path("tenant").asText()))
                        .path("document")));
        ArrayNode grants = FabricClient.JSON.createArrayNode();
        for (JsonNode exporter : documents) {
            exporter.path("grants").path("offers").forEach(offer -> grants.add(grant(exporter, offer, documents)));
        }
        output.print(
                grants,
                out -> out.table(
                        List.of("GRANT", "TO", "SKILLS", "UNTIL", "ACCEPTED"),
                        rows(grants),
                        "No tenant lets another use anything."));
        return 0;
    }

    private static ObjectNode grant(JsonNode exporter, JsonNode offer, List<JsonNode> documents) {
        String from = exporter.path("tenant").asText();
        String to = offer.path("to").asText();
        Optional<JsonNode> accepted = documents.stream()
                .filter(document -> document.path("tenant").asText().equals(to))
                .flatMap(document -> document.path("grants").path("acceptances").valueStream())
                .filter(one -> one.path("from").asText().equals(from)
                        && one.path("id").asText().equals(offer.path("id").asText()))
                .findFirst();
        ObjectNode grant = FabricClient.JSON.createObjectNode();
        grant.put("grant", from + "/" + offer.path("id").asText());
        grant.put("to", to);
        grant.put("skills", skills(offer));
        grant.put("until", offer.path("until").asText());
        grant.put("accepted", accepted.map(GrantCommand::skills).orElse("no"));
        return grant;
    }

    private static String skills(JsonNode half) {
        JsonNode skills = half.path("skills");
        return skills.isArray()
                ? String.join(",", skills.valueStream().map(JsonNode::asText).toList())
                : skills.asText();
    }

    private static List<List<String>> rows(ArrayNode grants) {
        List<List<String>> rows = new ArrayList<>();
        grants.forEach(grant -> rows.add(List.of(
                grant.path("grant").asText(),
                grant.path("to").asText(),
                grant.path("skills").asText(),
                grant.path("until").asText(),
                grant.path("accepted").asText())));
        return rows;
    }
}
