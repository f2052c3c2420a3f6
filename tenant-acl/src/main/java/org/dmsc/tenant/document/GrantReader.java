package org.dmsc.tenant.document;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.rules.Acceptance;
import org.dmsc.tenant.rules.Mode;
import org.dmsc.tenant.rules.Offer;

/** Reads {@code grants}: offers to others and acceptances of others' offers. */
final class GrantReader {

    private static final long MOST_PAYLOAD = 10 * 1024 * 1024;
    private static final int LONGEST_SKILL = 128;

    private final TenantId tenant;
    private final Section grants;
    private final Set<String> profiles;
    private final Set<String> seen = new HashSet<>();

    GrantReader(TenantId tenant, Section grants, Set<String> profiles) {
        this.tenant = tenant;
        this.grants = grants;
        this.profiles = profiles;
    }

    List<Offer> offers() {
        List<Offer> offers = new ArrayList<>();
        for (Section section : grants.sections("offers")) {
            Optional<String> id = id(section);
            id.filter(name -> !seen.add(name))
                    .ifPresent(name -> section.fault("id", "'" + name + "' is there twice (expected each id once)"));
            Optional<TenantId> importer = partner(section, "to");
            Set<String> skills = skills(section);
            Set<Mode> modes = modes(section);
            Optional<Instant> from = section.instant("from", section.text("from"));
            Optional<Instant> until = section.instant("until", section.required("until"));
            Optional<String> masking = masking(section);
            long most = section.number("payload-bytes", MOST_PAYLOAD, 0, MOST_PAYLOAD);
            section.finish();
            if (id.isPresent() && importer.isPresent() && until.isPresent()) {
                offers.add(new Offer(
                        id.get(),
                        importer.get(),
                        skills,
                        modes,
                        from.map(Instant::toEpochMilli).orElse(0L),
                        until.get().toEpochMilli(),
                        masking,
                        most));
            }
        }
        return offers;
    }

    List<Acceptance> acceptances() {
        List<Acceptance> acceptances = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section section : grants.sections("acceptances")) {
            Optional<String> id = id(section);
            Optional<TenantId> exporter = partner(section, "from");
            Set<String> skills = skills(section);
            Optional<Instant> until = section.instant("until", section.text("until"));
            Optional<String> masking = masking(section);
            section.finish();
            if (id.isEmpty() || exporter.isEmpty()) {
                continue;
            }
            if (!names.add(exporter.get() + "/" + id.get())) {
                section.fault("id", "'" + id.get() + "' of this tenant is there twice (expected each id once)");
            }
            acceptances.add(new Acceptance(
                    id.get(),
                    exporter.get(),
                    skills,
                    until.map(Instant::toEpochMilli).orElse(Long.MAX_VALUE),
                    masking));
        }
        return acceptances;
    }

    void finish() {
        grants.finish();
    }

    private static Optional<String> id(Section section) {
        return section.oneOf(
                "id", section.required("id"), PolicyReader::identifier, "a name of a-z, 0-9, '.', '_' and '-'");
    }

    private Optional<TenantId> partner(Section section, String key) {
        Optional<TenantId> partner = section.read(key, section.required(key), TenantId::new);
        partner.filter(tenant::equals)
                .ifPresent(self -> section.fault(
                        key,
                        "'" + self + "' is this tenant itself (expected another; within a tenant no grant is needed)"));
        return partner;
    }

    /** Names, never patterns: a wildcard would grant what does not exist yet. */
    private static Set<String> skills(Section section) {
        List<String> skills = section.texts("skills");
        if (skills.isEmpty()) {
            section.fault("skills", "names none (expected the ids of the skills that are meant)");
        }
        for (String skill : skills) {
            if (skill.indexOf('*') >= 0 || skill.length() > LONGEST_SKILL) {
                section.fault(
                        "skills",
                        "'" + Printable.of(skill) + "' (expected the exact id of a skill; there is no wildcard)");
            }
        }
        return new HashSet<>(skills);
    }

    private static Set<Mode> modes(Section section) {
        Set<Mode> modes = EnumSet.noneOf(Mode.class);
        for (String text : section.texts("modes")) {
            section.oneOf("modes", Optional.of(text), GrantReader::mode, "request or stream")
                    .ifPresent(modes::add);
        }
        return modes.isEmpty() ? EnumSet.allOf(Mode.class) : modes;
    }

    private static Optional<Mode> mode(String text) {
        return Arrays.stream(Mode.values())
                .filter(mode -> mode.label().equals(text))
                .findFirst();
    }

    private Optional<String> masking(Section section) {
        Optional<String> named = section.text("masking");
        named.filter(name -> !profiles.contains(name))
                .ifPresent(name -> section.fault(
                        "masking",
                        "'" + Printable.of(name) + "' (expected one of masking.profiles: " + profiles + ")"));
        return named;
    }
}
