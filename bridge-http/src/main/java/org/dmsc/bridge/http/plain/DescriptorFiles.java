package org.dmsc.bridge.http.plain;

import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.WrappersProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dmsc.bridge.core.a2a.Fields;
import org.dmsc.schemas.Printable;

/** The files of a descriptor set, linked to each other; those that come with every protobuf need not be among them. */
final class DescriptorFiles {

    private static final Map<String, FileDescriptor> WELL_KNOWN = List.of(
                    AnyProto.getDescriptor(),
                    ApiProto.getDescriptor(),
                    DescriptorProtos.getDescriptor(),
                    DurationProto.getDescriptor(),
                    EmptyProto.getDescriptor(),
                    FieldMaskProto.getDescriptor(),
                    SourceContextProto.getDescriptor(),
                    StructProto.getDescriptor(),
                    TimestampProto.getDescriptor(),
                    TypeProto.getDescriptor(),
                    WrappersProto.getDescriptor())
            .stream()
            .collect(Collectors.toUnmodifiableMap(FileDescriptor::getName, Function.identity()));

    private final Map<String, FileDescriptorProto> given = new HashMap<>();
    private final Map<String, FileDescriptor> linked = new LinkedHashMap<>();
    private final Set<String> open = new HashSet<>();
    private final Fields fields;

    private DescriptorFiles(Fields fields) {
        this.fields = fields;
    }

    /** By name; refuses a set that is not whole, or that no compiler made. */
    static Map<String, FileDescriptor> of(FileDescriptorSet set, Fields fields) {
        DescriptorFiles files = new DescriptorFiles(fields);
        set.getFileList().forEach(file -> files.given.put(file.getName(), file));
        set.getFileList().forEach(file -> files.link(file.getName()));
        return files.linked;
    }

    private FileDescriptor link(String name) {
        FileDescriptor known = linked.getOrDefault(name, WELL_KNOWN.get(name));
        if (known != null) {
            return known;
        }
        FileDescriptorProto file = given.get(name);
        if (file == null || !open.add(name)) {
            throw fields.wrong(
                    "descriptors",
                    file == null ? "lacks " + Printable.of(name) : "has files that import each other",
                    "a whole set (protoc --include_imports)");
        }
        FileDescriptor[] imports =
                file.getDependencyList().stream().map(this::link).toArray(FileDescriptor[]::new);
        try {
            FileDescriptor made = FileDescriptor.buildFrom(file, imports);
            linked.put(name, made);
            return made;
        } catch (DescriptorValidationException e) {
            throw fields.wrong(
                    "descriptors",
                    "is not valid: " + Printable.of(String.valueOf(e.getMessage())),
                    "what protoc writes");
        }
    }
}
