package org.dmsc.tenant.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmsc.schemas.Printable;
import org.dmsc.tenant.mask.FieldPath;
import org.dmsc.tenant.mask.FieldRule;
import org.dmsc.tenant.mask.MaskingAction;
import org.dmsc.tenant.mask.MaskingProfile;
import org.dmsc.tenant.mask.MaskingProfile.Handling;
import org.dmsc.tenant.mask.PatternRule;
import org.dmsc.tenant.rules.Masking;

/** Reads {@code masking}. */
final class MaskingReader {

    private static final String ACTIONS = "keep, drop, redact, pseudonymise or generalise";

    private final Section masking;

    MaskingReader(Section masking) {
        this.masking = masking;
    }

    Masking read() {
        List<MaskingProfile> profiles = new ArrayList<>();
        masking.sections("profiles").forEach(section -> profile(section).ifPresent(profiles::add));
        Map<String, MaskingProfile> byName = PolicyReader.byName(profiles, masking);
        Optional<MaskingProfile> ingress = masking.oneOf(
                "ingress",
                masking.text("ingress"),
                name -> Optional.ofNullable(byName.get(name)),
                "one of masking.profiles: " + byName.keySet());
        masking.finish();
        return new Masking(byName, ingress);
    }

    private static Optional<MaskingProfile> profile(Section section) {
        Optional<String> name = section.oneOf(
                "name", section.required("name"), PolicyReader::identifier, "a name of a-z, 0-9, '.', '_' and '-'");
        List<FieldRule> fields = new ArrayList<>();
        section.sections("fields").forEach(field -> field(field).ifPresent(fields::add));
        List<PatternRule> patterns = new ArrayList<>();
        section.sections("patterns").forEach(pattern -> pattern(pattern).ifPresent(patterns::add));
        Handling others = handling(section, "other-fields", Handling.FORWARD);
        Optional<MaskingProfile> profile = name.map(text -> new MaskingProfile(
                text,
                fields,
                patterns,
                others,
                handling(section, "texts", others),
                handling(section, "files", others),
                PolicyReader.enforcement(section)));
        section.finish();
        return profile;
    }

    private static Optional<FieldRule> field(Section section) {
        Optional<FieldPath> path = section.oneOf(
                "path",
                section.required("path"),
                FieldPath::parse,
                "a path such as $.customer.email, $.items[*].name or $..email");
        Optional<MaskingAction> action = action(section);
        section.finish();
        return path.flatMap(found -> action.map(todo -> new FieldRule(found, todo)));
    }

    private static Optional<PatternRule> pattern(Section section) {
        Optional<String> name = section.oneOf(
                "name", section.required("name"), PolicyReader::identifier, "a name of a-z, 0-9, '.', '_' and '-'");
        Optional<String> text = section.required("pattern");
        Optional<com.google.re2j.Pattern> pattern = section.oneOf(
                "pattern",
                text,
                PatternRule::compile,
                "an RE2 pattern (https://github.com/google/re2/wiki/Syntax) of at most 1000 characters that finds at"
                        + " least one character; it knows no look-around and no back-references");
        Optional<MaskingAction> action = action(section);
        section.finish();
        return name.flatMap(known -> pattern.flatMap(found -> action.map(todo -> new PatternRule(known, found, todo))));
    }

    private static Optional<MaskingAction> action(Section section) {
        return section.oneOf("action", section.required("action"), MaskingAction::of, ACTIONS);
    }

    private static Handling handling(Section section, String key, Handling otherwise) {
        return section.oneOf(key, section.text(key).map(Printable::of), MaskingReader::handling, "forward or withhold")
                .orElse(otherwise);
    }

    private static Optional<Handling> handling(String text) {
        switch (text) {
            case "forward":
                return Optional.of(Handling.FORWARD);
            case "withhold":
                return Optional.of(Handling.WITHHOLD);
            default:
                return Optional.empty();
        }
    }
}
