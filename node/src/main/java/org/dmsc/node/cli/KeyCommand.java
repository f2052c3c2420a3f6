package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc key …}. */
@Command(
        name = "key",
        description = "Rotates tenants' root keys.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class KeyCommand {

    /** As {@code KeyClass} has them. */
    enum KeyKind {
        routing,
        payload
    }

    @Command(
            name = "rotate",
            description =
                    "Makes new root keys for a tenant. New records are sealed under them at once; old ones can still be read.",
            mixinStandardHelpOptions = true)
    int rotate(
            @Option(names = "--tenant", paramLabel = "TENANT", required = true, description = "whose") String tenant,
            @Option(
                            names = "--class",
                            paramLabel = "CLASS",
                            description = "${COMPLETION-CANDIDATES}; both when not given")
                    List<KeyKind> kinds,
            @Mixin Target where,
            @Mixin Output output) {
        FabricClient client = where.asOperator();
        ObjectNode all = FabricClient.JSON.createObjectNode();
        for (KeyKind kind : kinds == null ? List.of(KeyKind.values()) : kinds) {
            JsonNode made = client.post(
                    "/v1/config/tenants/" + FabricClient.encode(tenant) + "/keys/" + kind + "/rotate",
                    FabricClient.JSON.createObjectNode());
            all.put(kind.name(), made.path("keyId").asText());
        }
        output.print(
                all,
                out -> all.properties()
                        .forEach(one ->
                                out.line("new root key: " + one.getValue().asText())));
        return 0;
    }
}
