package org.dmsc.tenant.rules;

import java.util.Map;
import java.util.Optional;
import org.dmsc.tenant.mask.MaskingProfile;

/**
 * A tenant's masking.
 *
 * @param profiles by name
 * @param ingress the profile that all its agents' messages go through before they are sealed
 */
public record Masking(Map<String, MaskingProfile> profiles, Optional<MaskingProfile> ingress) {

    /** Nothing is masked. */
    public static final Masking NONE = new Masking(Map.of(), Optional.empty());

    public Masking {
        profiles = Map.copyOf(profiles);
    }
}
