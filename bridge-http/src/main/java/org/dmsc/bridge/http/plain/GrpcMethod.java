package org.dmsc.bridge.http.plain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Fields;
import org.dmsc.bridge.http.grpc.GrpcFrames;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * One method of a gRPC service that is known by its descriptors alone: one request, and one response or a stream of them; JSON in, JSON
 * out (ProtoJSON), framed as gRPC wants it. Immutable.
 */
final class GrpcMethod {

    private static final int LONGEST_NAME = 512;

    /** Registrations are held in memory by every process. */
    private static final int MOST_BYTES = 64 * 1024;

    private static final String SETS = "what protoc --include_imports --descriptor_set_out writes, in base64";

    /** Messages whose JSON is not that of their fields. */
    private static final String WELL_KNOWN = "google.protobuf.";

    private final MethodDescriptor method;
    private final JsonFormat.Parser parser;
    private final JsonFormat.Printer printer;

    private GrpcMethod(MethodDescriptor method, Collection<FileDescriptor> files) {
        this.method = method;
        TypeRegistry.Builder types = TypeRegistry.newBuilder();
        files.forEach(file -> types.add(file.getMessageTypes()));
        TypeRegistry known = types.build();
        this.parser = JsonFormat.parser().usingTypeRegistry(known);
        this.printer = JsonFormat.printer()
                .usingTypeRegistry(known)
                .includingDefaultValueFields()
                .omittingInsignificantWhitespace();
    }

    /**
     * Of {@code {"method": "package.Service/Method", "descriptors": "…"}}.
     *
     * @throws RefusedException INVALID_REQUEST, naming the member
     */
    static GrpcMethod of(Fields fields) {
        fields.node().fieldNames().forEachRemaining(name -> {
            if (!name.equals("method") && !name.equals("descriptors")) {
                throw fields.wrong(Printable.of(name), "is not known", "method and descriptors");
            }
        });
        String name = fields.requiredText("method", LONGEST_NAME);
        Map<String, FileDescriptor> files = DescriptorFiles.of(set(fields), fields);
        int slash = name.indexOf('/');
        MethodDescriptor found = files.values().stream()
                .flatMap(file -> file.getServices().stream())
                .filter(service -> slash > 0 && service.getFullName().equals(name.substring(0, slash)))
                .flatMap(service -> service.getMethods().stream())
                .filter(known -> known.getName().equals(name.substring(slash + 1)))
                .findFirst()
                .orElseThrow(() ->
                        fields.wrong("method", "is '" + Printable.of(name) + "'", "one of " + methods(files.values())));
        if (found.isClientStreaming()) {
            throw fields.wrong(
                    "method",
                    "takes a stream of requests, and a task is one message",
                    "a method with one request, whose responses may stream; a conversation needs an agent that speaks A2A, or an inbox"
                            + " (HTTP_INBOX), before the service");
        }
        return new GrpcMethod(found, files.values());
    }

    private static FileDescriptorSet set(Fields fields) {
        String text = fields.requiredText("descriptors", MOST_BYTES * 2);
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(text);
            if (bytes.length > MOST_BYTES) {
                throw fields.wrong("descriptors", "has " + bytes.length + " bytes", "at most " + MOST_BYTES);
            }
            return FileDescriptorSet.parseFrom(bytes);
        } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
            throw fields.wrong("descriptors", "cannot be read", SETS);
        }
    }

    private static List<String> methods(Collection<FileDescriptor> files) {
        return files.stream()
                .flatMap(file -> file.getServices().stream())
                .flatMap(service ->
                        service.getMethods().stream().map(known -> service.getFullName() + "/" + known.getName()))
                .limit(20)
                .toList();
    }

    /** Whether it answers one request with a stream of responses. */
    boolean streams() {
        return method.isServerStreaming();
    }

    /** Where it is called. */
    String path() {
        return "/" + method.getService().getFullName() + "/" + method.getName();
    }

    /**
     * Looks whether a template of requests names only fields that there are.
     *
     * @throws RefusedException INVALID_REQUEST
     */
    void requireFields(JsonNode template) {
        requireFields(template, method.getInputType(), "dmsc.plain.body");
    }

    private static void requireFields(JsonNode template, Descriptor type, String where) {
        if (!template.isObject() || type.getFullName().startsWith(WELL_KNOWN)) {
            return;
        }
        for (Map.Entry<String, JsonNode> member : template.properties()) {
            FieldDescriptor field = type.getFields().stream()
                    .filter(known -> known.getJsonName().equals(member.getKey())
                            || known.getName().equals(member.getKey()))
                    .findFirst()
                    .orElseThrow(() -> new RefusedException(
                            Refusal.INVALID_REQUEST,
                            where + ": " + type.getFullName() + " has no field '" + Printable.of(member.getKey())
                                    + "' (expected one of "
                                    + type.getFields().stream()
                                            .map(FieldDescriptor::getJsonName)
                                            .toList()
                                    + ")"));
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
                Iterable<JsonNode> values =
                        member.getValue() instanceof ArrayNode array ? array : List.of(member.getValue());
                values.forEach(value -> requireFields(value, field.getMessageType(), where + "." + member.getKey()));
            }
        }
    }

    /**
     * A request as its frame.
     *
     * @throws RefusedException INVALID_REQUEST when it does not fit into the method's message
     */
    byte[] frame(JsonNode request) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(method.getInputType());
        try {
            parser.merge(new String(A2aJson.bytes(request), StandardCharsets.UTF_8), message);
        } catch (InvalidProtocolBufferException e) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "dmsc.plain.body: what is filled in does not fit into "
                            + method.getInputType().getFullName() + " ("
                            + Printable.of(String.valueOf(e.getMessage())) + ")");
        }
        return GrpcFrames.framed(message.build().toByteArray());
    }

    /**
     * A response, with all fields that have no presence.
     *
     * @throws RefusedException INVALID_AGENT_RESPONSE when it is none
     */
    byte[] json(byte[] message) {
        try {
            return printer.print(DynamicMessage.parseFrom(method.getOutputType(), message))
                    .getBytes(StandardCharsets.UTF_8);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw invalid("is not a " + method.getOutputType().getFullName() + " with a JSON form");
        }
    }

    private static RefusedException invalid(String what) {
        return new RefusedException(Refusal.INVALID_AGENT_RESPONSE, "answer: " + what);
    }
}
