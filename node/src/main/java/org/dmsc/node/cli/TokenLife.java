package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import picocli.CommandLine.Option;

/** How long an invitation and what it is for live; mixed into the commands that invite. */
final class TokenLife {

    @Option(
            names = "--token-life",
            paramLabel = "TIME",
            description = "until when the token may be used, such as 10m; 24h at most (default: 10m)",
            defaultValue = "")
    private String tokenLife = "";

    @Option(
            names = "--life",
            paramLabel = "TIME",
            description = "of the certificate, such as 1h (default: 1h for agents, 24h for nodes)",
            defaultValue = "")
    private String life = "";

    /** The body of an invitation with what was given. */
    ObjectNode body() {
        ObjectNode body = FabricClient.JSON.createObjectNode();
        put(body, "tokenLifeSeconds", "--token-life", tokenLife);
        put(body, "lifeSeconds", "--life", life);
        return body;
    }

    private static void put(ObjectNode body, String key, String option, String text) {
        if (text.isEmpty()) {
            return;
        }
        try {
            body.put(key, Duration.parse("PT" + text.toUpperCase(Locale.ROOT)).toSeconds());
        } catch (DateTimeParseException e) {
            throw new NodeException(
                    ExitCode.USAGE, option + ": '" + text + "' (expected a time such as 90s, 30m or 24h)", e);
        }
    }
}
