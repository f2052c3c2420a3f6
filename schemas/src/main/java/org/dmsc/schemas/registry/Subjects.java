package org.dmsc.schemas.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the entries of {@code dmsc.sys.schemas} say: which versions each subject has, and how they must fit. Ids as in {@link
 * TopicSchemaRegistry}: the n-th different text has id n. Not thread-safe.
 */
final class Subjects {

    /** The subject of the level that counts where a subject has none of its own. */
    static final String GLOBAL = "";

    private final Map<String, Integer> ids = new HashMap<>();
    private final List<String> texts = new ArrayList<>();
    private final Map<String, List<SubjectVersion>> subjects = new TreeMap<>();
    private final Map<String, CompatibilityLevel> levels = new HashMap<>();

    /** The next entry of the topic; what is none of ours is passed over. */
    void accept(String entry) {
        Optional<SchemaTexts.Entry> read = SchemaTexts.read(entry);
        read.flatMap(SchemaTexts.Entry::schema).ifPresent(text -> add(read.get().subject(), text));
        read.flatMap(SchemaTexts.Entry::level)
                .flatMap(CompatibilityLevel::named)
                .ifPresent(level -> levels.put(read.get().subject(), level));
    }

    private void add(String subject, String text) {
        int id = ids.computeIfAbsent(text, fresh -> {
            texts.add(fresh);
            return texts.size();
        });
        List<SubjectVersion> versions = subjects.computeIfAbsent(subject, s -> new ArrayList<>());
        if (versions.stream().noneMatch(version -> version.id() == id)) {
            versions.add(new SubjectVersion(subject, versions.size() + 1, id, text));
        }
    }

    List<String> names() {
        return List.copyOf(subjects.keySet());
    }

    List<SubjectVersion> versions(String subject) {
        return List.copyOf(subjects.getOrDefault(subject, List.of()));
    }

    Optional<String> text(int id) {
        return id >= 1 && id <= texts.size() ? Optional.of(texts.get(id - 1)) : Optional.empty();
    }

    List<SubjectVersion> ofId(int id) {
        return subjects.values().stream()
                .flatMap(List::stream)
                .filter(version -> version.id() == id)
                .toList();
    }

    Optional<CompatibilityLevel> level(String subject) {
        return Optional.ofNullable(levels.get(subject));
    }
}
