package org.dmsc.tenant.directory;

import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.SkillRecord;

/** Asks a registration for its skills without reading texts that are kept packed. */
public final class SkillLookup {

    private SkillLookup() {}

    /** The skill with this id; only its id and whether it is idempotent are sure to be filled in. */
    public static Optional<SkillRecord> find(AgentRegistration registration, String id) {
        if (registration instanceof PackedRegistration packed) {
            return packed.offered(id);
        }
        for (SkillRecord skill : registration.getSkills()) {
            if (skill.getId().equals(id)) {
                return Optional.of(skill);
            }
        }
        return Optional.empty();
    }

    /** All of them with their texts; where they are packed this costs their unpacking. */
    public static List<SkillRecord> all(AgentRegistration registration) {
        return PackedRegistration.whole(registration).getSkills();
    }

    /** Whether both say the same, packed or not: Avro's own equals compares classes too. */
    public static boolean isSame(AgentRegistration one, AgentRegistration other) {
        return PackedRegistration.whole(one).equals(PackedRegistration.whole(other));
    }

    /** Its only skill; empty when it has none or several. */
    public static Optional<SkillRecord> only(AgentRegistration registration) {
        if (registration instanceof PackedRegistration packed) {
            return packed.only();
        }
        return registration.getSkills().size() == 1
                ? Optional.of(registration.getSkills().get(0))
                : Optional.empty();
    }
}
