package org.dmsc.bridge.http.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.RefusedException;

/** What this server answers with. */
public final class McpResults {

    /** The edition that is spoken. */
    public static final String VERSION = "2025-06-18";

    private static final String INSTRUCTIONS =
            "This server gives work to other AI agents. Use find_agents to see who is there, delegate_task to have something done, get_task to look"
                    + " at a task later, cancel_task to stop it.";

    private McpResults() {}

    /** The answer to {@code initialize}: the client decides whether it can go on with that edition. */
    public static ObjectNode initialized(String serverVersion) {
        ObjectNode result = A2aJson.object().put("protocolVersion", VERSION);
        result.putObject("capabilities").putObject("tools").put("listChanged", false);
        result.putObject("serverInfo")
                .put("name", "dmsc")
                .put("title", "DMSC agent fabric")
                .put("version", serverVersion);
        return result.put("instructions", INSTRUCTIONS);
    }

    /** What a tool found or did: structured, and the same as text for clients that read only that. */
    public static ObjectNode of(ObjectNode structured) {
        ObjectNode result = A2aJson.object();
        result.putArray("content")
                .addObject()
                .put("type", "text")
                .put("text", new String(A2aJson.bytes(structured), StandardCharsets.UTF_8));
        result.set("structuredContent", structured);
        return result.put("isError", false);
    }

    /** A call that was refused: for the model to read and mend, so it is a result. {@code reason} is stable, as in A2A's errors. */
    public static ObjectNode refused(RefusedException why) {
        ObjectNode structured = A2aJson.object();
        structured
                .putObject("error")
                .put("reason", Errors.shape(why.refusal()).reason())
                .put("message", Printable.of(Errors.visible(why.refusal(), why.sentence())));
        return of(structured).put("isError", true);
    }
}
