package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc task …}. */
@Command(
        name = "task",
        description = "Delegates tasks as an agent, and follows them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = TaskExplainCommand.class)
final class TaskCommand {

    private static final String EXTENSION = "urn:dmsc:ext:delegation:1";
    private static final String RECEIPT = "dmsc-receipt";

    @Command(
            name = "send",
            description = "Sends a task as the agent of --as: to a named agent, or to whoever can do it.",
            mixinStandardHelpOptions = true)
    int send(
            @Parameters(paramLabel = "TEXT", description = "what is to be done") String text,
            @Mixin Wish wish,
            @Mixin Target where,
            @Mixin Output output) {
        FabricClient client = where.asAgent();
        ObjectNode body = wish.request(text);
        FabricClient.Header receipt = new FabricClient.Header(RECEIPT, wish::keep);
        if (wish.stream) {
            client.stream(
                    "/message:stream", body, receipt, event -> output.print(event, out -> out.line(describe(event))));
            return 0;
        }
        JsonNode answer = client.post("/message:send", body, receipt);
        JsonNode task = answer.path("task");
        output.print(answer, out -> print(task, out));
        return task.at("/status/state").asText().equals("TASK_STATE_FAILED") ? 1 : 0;
    }

    /** Whom or what one asks for. */
    static final class Wish {

        @Option(names = "--to", paramLabel = "AGENT", description = "this agent, nobody else", defaultValue = "")
        private String agent = "";

        @Option(names = "--skill", paramLabel = "SKILL", description = "an agent with this skill", defaultValue = "")
        private String skill = "";

        @Option(
                names = "--tag",
                paramLabel = "TAG",
                description = "an agent with a skill of this tag; may be given again")
        private List<String> tags = List.of();

        @Option(names = "--stream", description = "print every event as it comes")
        private boolean stream;

        @Option(names = "--no-wait", description = "do not wait for the end")
        private boolean noWait;

        @Option(
                names = "--receipt",
                paramLabel = "FILE",
                description = "keep what the fabric promises about the audit log, for 'dmsc audit verify-receipt'")
        private @Nullable Path receipt;

        void keep(String given) {
            Path file = receipt;
            if (file == null) {
                return;
            }
            try {
                Files.writeString(file, given + "\n", StandardOpenOption.CREATE_NEW);
            } catch (IOException e) {
                throw new NodeException(
                        ExitCode.USAGE, "--receipt: " + e + " (expected a file that is not there yet)", e);
            }
        }

        ObjectNode request(String text) {
            ObjectNode body = FabricClient.JSON.createObjectNode();
            ObjectNode message = body.putObject("message");
            message.put("messageId", UUID.randomUUID().toString());
            message.put("role", "ROLE_USER");
            message.putArray("parts").addObject().put("text", text);
            ObjectNode need = FabricClient.JSON.createObjectNode();
            if (!agent.isEmpty()) {
                need.put("agent", agent);
            }
            if (!skill.isEmpty()) {
                need.put("skill", skill);
            }
            if (!tags.isEmpty()) {
                tags.forEach(need.putArray("tags")::add);
            }
            if (!need.isEmpty()) {
                message.putObject("metadata").set(EXTENSION, need);
            }
            if (noWait) {
                body.putObject("configuration").put("returnImmediately", true);
            }
            return body;
        }
    }

    @Command(name = "get", description = "Shows a task of the agent of --as.", mixinStandardHelpOptions = true)
    int get(@Parameters(paramLabel = "TASK") String task, @Mixin Target where, @Mixin Output output) {
        JsonNode found = where.asAgent().get("/tasks/" + FabricClient.encode(task));
        output.print(found, out -> print(found, out));
        return 0;
    }

    private static void print(JsonNode task, Output out) {
        out.line("task " + task.path("id").asText() + ": " + state(task));
        JsonNode facts = task.path("metadata").path(EXTENSION);
        if (!facts.path("assignee").asText("").isEmpty()) {
            out.line("done by " + facts.path("assignee").asText() + ", attempt "
                    + facts.path("attempt").asText() + ": " + texts(facts.path("reasons"), "; "));
        }
        String said = parts(task.at("/status/message/parts"));
        if (!said.isEmpty()) {
            out.line(said);
        }
        task.path("artifacts").forEach(artifact -> out.line(parts(artifact.path("parts"))));
    }

    private static String describe(JsonNode event) {
        if (event.has("error")) {
            return "error: " + event.at("/error/message").asText();
        }
        if (event.has("task")) {
            return "task " + event.at("/task/id").asText() + ": " + state(event.path("task"));
        }
        if (event.has("artifactUpdate")) {
            return "artifact: " + parts(event.at("/artifactUpdate/artifact/parts"));
        }
        if (event.has("statusUpdate")) {
            return state(event.path("statusUpdate")) + " " + parts(event.at("/statusUpdate/status/message/parts"));
        }
        return parts(event.at("/message/parts"));
    }

    private static String state(JsonNode holder) {
        return holder.at("/status/state").asText().replace("TASK_STATE_", "");
    }

    private static String parts(JsonNode parts) {
        return StreamSupport.stream(parts.spliterator(), false)
                .map(part -> part.has("text") ? part.path("text").asText() : part.toString())
                .collect(Collectors.joining("\n"));
    }

    private static String texts(JsonNode array, String separator) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(separator));
    }
}
