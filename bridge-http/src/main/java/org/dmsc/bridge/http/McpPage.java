package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.bridge.core.a2a.JsonRpc;
import org.dmsc.bridge.http.a2a.A2aCore;
import org.dmsc.bridge.http.a2a.AuditedRefusal;
import org.dmsc.bridge.http.mcp.McpMessage;
import org.dmsc.bridge.http.mcp.McpResults;
import org.dmsc.bridge.http.mcp.McpTool;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;

/**
 * MCP over Streamable HTTP, edition 2025-06-18, at {@code /mcp}: tools only, without sessions, each request answered with one JSON object. There
 * is nothing that this server would say by itself, so it offers no stream of its own ({@code GET} is 405, as the specification has it).
 */
final class McpPage implements Page {

    static final String PATH = "mcp";

    private static final String VERSION_HEADER = "mcp-protocol-version";

    /** Clients of the edition before send no header, or this; what they ask for is the same. */
    private static final Set<String> VERSIONS = Set.of(McpResults.VERSION, "2025-03-26");

    private final McpTools tools;
    private final EdgeSettings settings;
    private final Failures failures;

    McpPage(A2aCore core, HttpEdgeParts parts, Failures failures) {
        this.tools = new McpTools(core, parts);
        this.settings = parts.settings();
        this.failures = failures;
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.path().size() != 1 || !call.path().get(0).equals(PATH)) {
            return Optional.empty();
        }
        requireOrigin(call);
        if (!call.is(HttpMethod.POST, "mcp")) {
            return Optional.of(CompletableFuture.completedStage(HttpResponse.of(
                    ResponseHeaders.of(HttpStatus.METHOD_NOT_ALLOWED, HttpHeaderNames.ALLOW, HttpMethod.POST.name()))));
        }
        A2aHeaders.requireJson(call);
        requireVersion(call);
        return Optional.of(posted(call));
    }

    private CompletionStage<HttpResponse> posted(Call call) {
        McpMessage message = McpMessage.parse(call.body());
        if (message instanceof McpMessage.Told) {
            return CompletableFuture.completedStage(HttpResponse.of(ResponseHeaders.of(HttpStatus.ACCEPTED)));
        }
        if (message instanceof McpMessage.Rejected rejected) {
            failures.note(call, new RefusedException(rejected.refusal(), rejected.sentence()));
            return CompletableFuture.completedStage(json(HttpStatus.BAD_REQUEST, rejected.response()));
        }
        McpMessage.Request request = (McpMessage.Request) message;
        return result(call, request)
                .thenApply(result -> json(HttpStatus.OK, JsonRpc.result(request.id(), result)))
                .exceptionally(failure -> {
                    RefusedException refused = failures.note(call, AuditedRefusal.unwrap(failure));
                    return json(HttpStatus.OK, Errors.jsonRpc(request.id(), refused.refusal(), refused.sentence()));
                });
    }

    private CompletionStage<ObjectNode> result(Call call, McpMessage.Request request) {
        switch (request.method()) {
            case "initialize":
                return CompletableFuture.completedStage(McpResults.initialized(settings.version()));
            case "ping":
                return CompletableFuture.completedStage(A2aJson.object());
            case "tools/list":
                return CompletableFuture.completedStage(
                        A2aJson.object().set("tools", mayUseTools(call) ? McpTool.list() : A2aJson.array()));
            case "tools/call":
                return called(call, request.params());
            default:
                return CompletableFuture.failedStage(new RefusedException(
                        Refusal.UNKNOWN_OPERATION,
                        "method: '" + Printable.of(request.method())
                                + "' (expected initialize, ping, tools/list or tools/call)"));
        }
    }

    /** A tool that does not exist is the client's fault; what goes wrong in one is for the model to read. */
    private CompletionStage<ObjectNode> called(Call call, ObjectNode params) {
        String name = params.path("name").asText("");
        Optional<McpTool> tool = McpTool.named(name);
        if (tool.isEmpty() || !mayUseTools(call)) {
            return CompletableFuture.failedStage(new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "name: no tool '" + Printable.of(name) + "' for this caller (expected one of tools/list)"));
        }
        CompletionStage<ObjectNode> done;
        try {
            done = tools.call(call, tool.get(), params);
        } catch (RuntimeException e) {
            done = CompletableFuture.failedStage(e);
        }
        return done.thenApply(McpResults::of)
                .exceptionally(failure -> McpResults.refused(failures.note(call, AuditedRefusal.unwrap(failure))));
    }

    /** Who asks for tasks is an agent; operators have none. */
    private static boolean mayUseTools(Call call) {
        return call.caller().kind() == Caller.Kind.AGENT;
    }

    /** A page of somebody else's must not act through a browser that is let in (the specification's DNS rebinding). */
    private void requireOrigin(Call call) {
        Optional<String> origin = call.header("origin");
        if (origin.filter(named -> !settings.manners().origins().contains(named))
                .isPresent()) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "Origin: '" + Printable.of(origin.get()) + "' (expected none, or one of http.cors-origins)");
        }
    }

    private static void requireVersion(Call call) {
        Optional<String> version = call.header(VERSION_HEADER);
        if (version.filter(named -> !VERSIONS.contains(named)).isPresent()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "MCP-Protocol-Version: '" + Printable.of(version.get()) + "' (expected " + McpResults.VERSION
                            + ", which initialize answered)");
        }
    }

    private static HttpResponse json(HttpStatus status, ObjectNode body) {
        return Answers.json(status, MediaType.JSON, body);
    }
}
