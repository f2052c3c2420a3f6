package org.dmsc.tenant.mask;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.mask.MaskingProfile.Handling;

/**
 * Puts A2A messages through a profile. What it does not understand it treats as what no rule means. Thread-safe.
 *
 * <pre>
 *   text part     texts: withheld, or what a pattern finds is changed
 *   data part     each field: the first rule that means it; its texts: patterns
 *   raw, url      files: withheld, or forwarded unread
 *   metadata      as a data part
 * </pre>
 */
public final class Masker {

    /** Stands where a message has lost all of its parts: a message needs one. */
    static final String WITHHELD = "[withheld]";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final MaskingProfile profile;
    private final TextMask texts;

    public Masker(MaskingProfile profile, Pseudonyms pseudonyms) {
        this.profile = profile;
        this.texts = new TextMask(profile.patterns(), pseudonyms);
    }

    /** The message as the profile lets it go on: a new one; in a dry run the same. */
    public ObjectNode message(ObjectNode message) {
        return profile.enforcement() == Enforcement.DRY_RUN ? message : masked(message);
    }

    /** A text that goes beside a message, such as its intent; nothing of it where texts are withheld. */
    public String text(String text) {
        if (profile.enforcement() == Enforcement.DRY_RUN) {
            return text;
        }
        return profile.texts() == Handling.WITHHOLD ? "" : texts.scan(text);
    }

    /** Whether an enforced profile would change the message. */
    public boolean wouldChange(ObjectNode message) {
        return !masked(message).equals(message);
    }

    private ObjectNode masked(ObjectNode message) {
        ObjectNode out = message.deepCopy();
        metadata(out);
        if (!(out.get("parts") instanceof ArrayNode parts)) {
            return out;
        }
        ArrayNode kept = JSON.arrayNode();
        parts.forEach(part -> part(part).ifPresent(kept::add));
        if (kept.isEmpty() && !parts.isEmpty()) {
            kept.addObject().put("text", WITHHELD);
        }
        out.set("parts", kept);
        return out;
    }

    private Optional<JsonNode> part(JsonNode given) {
        if (!(given instanceof ObjectNode part)) {
            return Optional.empty();
        }
        metadata(part);
        if (part.has("data")) {
            Optional<JsonNode> data = value(part.get("data"), List.of());
            data.ifPresent(value -> part.set("data", value));
            return data.map(value -> named(part));
        }
        if (part.path("text").isTextual()) {
            part.put("text", texts.scan(part.get("text").textValue()));
            return profile.texts() == Handling.WITHHOLD ? Optional.empty() : Optional.of(named(part));
        }
        return profile.files() == Handling.WITHHOLD ? Optional.empty() : Optional.of(named(part));
    }

    private ObjectNode named(ObjectNode part) {
        if (part.path("filename").isTextual()) {
            part.put("filename", texts.scan(part.get("filename").textValue()));
        }
        return part;
    }

    private void metadata(ObjectNode holder) {
        if (holder.has("metadata")) {
            value(holder.get("metadata"), List.of())
                    .ifPresentOrElse(value -> holder.set("metadata", value), () -> holder.remove("metadata"));
        }
    }

    /** What is left of a value at the end of this chain of names; empty when it is taken away. */
    private Optional<JsonNode> value(JsonNode node, List<String> names) {
        Optional<MaskingAction> action = action(names);
        if (action.isPresent()) {
            return acted(node, action.get());
        }
        if (node instanceof ObjectNode object) {
            return object(object, names);
        }
        if (node.isArray()) {
            ArrayNode kept = JSON.arrayNode();
            node.forEach(item -> value(item, names).ifPresent(kept::add));
            return kept.isEmpty() && !node.isEmpty() ? Optional.empty() : Optional.of(kept);
        }
        return profile.otherFields() == Handling.WITHHOLD ? Optional.empty() : Optional.of(scanned(node));
    }

    private Optional<JsonNode> object(ObjectNode object, List<String> names) {
        ObjectNode kept = JSON.objectNode();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            List<String> below = new ArrayList<>(names);
            below.add(field.getKey());
            value(field.getValue(), below).ifPresent(value -> {
                // A name can be what is looked for, too; what a rule means by its name is known by it.
                String name = action(below).isPresent() ? field.getKey() : texts.scan(field.getKey());
                kept.set(name, value);
            });
        }
        boolean emptied = kept.isEmpty() && !object.isEmpty();
        return emptied ? Optional.empty() : Optional.of(kept);
    }

    private Optional<MaskingAction> action(List<String> names) {
        return profile.fields().stream()
                .filter(rule -> rule.path().matches(names))
                .map(FieldRule::action)
                .findFirst();
    }

    private Optional<JsonNode> acted(JsonNode node, MaskingAction action) {
        switch (action) {
            case KEEP:
                return Optional.of(each(node, this::scanned));
            case DROP:
                return Optional.empty();
            case REDACT:
                return Optional.of(JSON.textNode(TextMask.REDACTED));
            case PSEUDONYMISE:
                return Optional.of(
                        each(node, leaf -> leaf.isNull() ? leaf : JSON.textNode(texts.pseudonym(leaf.asText()))));
            case GENERALISE:
                return Optional.of(each(node, Masker::general));
        }
        throw new IllegalStateException("unknown action: " + action);
    }

    private interface Leaf {
        JsonNode change(JsonNode leaf);
    }

    private static JsonNode each(JsonNode node, Leaf leaf) {
        if (node instanceof ObjectNode object) {
            ObjectNode changed = JSON.objectNode();
            object.properties().forEach(field -> changed.set(field.getKey(), each(field.getValue(), leaf)));
            return changed;
        }
        if (node.isArray()) {
            ArrayNode changed = JSON.arrayNode();
            node.forEach(item -> changed.add(each(item, leaf)));
            return changed;
        }
        return leaf.change(node);
    }

    /** Texts, and numbers: a card number may well be one. */
    private JsonNode scanned(JsonNode leaf) {
        if (!leaf.isTextual() && !leaf.isNumber()) {
            return leaf;
        }
        String before = leaf.asText();
        String after = texts.scan(before);
        return after.equals(before) ? leaf : JSON.textNode(after);
    }

    private static JsonNode general(JsonNode leaf) {
        if (leaf.isNumber()) {
            return JSON.numberNode(TextMask.general(leaf.decimalValue()));
        }
        return leaf.isTextual() ? JSON.textNode(TextMask.general(leaf.textValue())) : JSON.nullNode();
    }
}
