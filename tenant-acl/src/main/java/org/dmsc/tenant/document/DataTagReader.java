package org.dmsc.tenant.document;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.document.Section.Toggle;
import org.dmsc.tenant.rules.DataTagRule;
import org.dmsc.tenant.rules.DataTagRule.Boundary;
import org.dmsc.tenant.rules.DataTagRule.Clearance;

/** Reads one rule of {@code data-tags}. */
final class DataTagReader {

    private DataTagReader() {}

    static Optional<DataTagRule> read(TenantId tenant, Section section) {
        Optional<String> tag = section.oneOf(
                "tag", section.required("tag"), PolicyReader::identifier, "a name of a-z, 0-9, '.', '_' and '-'");
        List<String> stays = section.texts("stays-in");
        Set<String> places = new HashSet<>(stays);
        if (!Set.of("tenant", "region").containsAll(places)) {
            section.fault("stays-in", stays + " (expected tenant, region or both)");
        }
        Set<AgentRef> agents = new HashSet<>();
        Set<String> skills = new HashSet<>();
        for (String name : section.texts("cleared")) {
            section.read("cleared", Optional.of(name), text -> agent(tenant, text))
                    .ifPresent(agent -> {
                        if (name.indexOf('#') < 0) {
                            agents.add(agent);
                        } else {
                            skills.add(agent + name.substring(name.indexOf('#')));
                        }
                    });
        }
        Clearance clearance = section.toggle("clearance") == Toggle.ON || section.has("cleared")
                ? Clearance.REQUIRED
                : Clearance.NOT_REQUIRED;
        Optional<DataTagRule> rule = tag.map(name ->
                new DataTagRule(name, boundary(places), clearance, agents, skills, PolicyReader.enforcement(section)));
        section.finish();
        return rule;
    }

    private static Boundary boundary(Set<String> places) {
        if (places.contains("tenant")) {
            return places.contains("region") ? Boundary.TENANT_AND_REGION : Boundary.TENANT;
        }
        return places.contains("region") ? Boundary.REGION : Boundary.NONE;
    }

    /** {@code [<tenant>/]<agent>[#<skill>]}. */
    private static AgentRef agent(TenantId tenant, String text) {
        String name = text.indexOf('#') < 0 ? text : text.substring(0, text.indexOf('#'));
        return name.indexOf('/') < 0 ? new AgentRef(tenant, new AgentId(name)) : AgentRef.parse(name);
    }
}
