package org.dmsc.tenant.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.keys.AuditHmac;
import org.dmsc.tenant.mask.Masker;
import org.dmsc.tenant.mask.Pseudonyms;
import org.dmsc.tenant.rules.Verdict.Mask;

/** Applies what the rule asked for, with pseudonyms under the key of the profile's owner, other ones for each other tenant. Thread-safe. */
public final class Masks {

    private static final int PSEUDONYM = 22;

    private final AuditHmac hmac;

    public Masks(AuditHmac hmac) {
        this.hmac = hmac;
    }

    /** The message after all of these profiles, in their order. */
    public ObjectNode message(List<Mask> masks, ObjectNode message) {
        ObjectNode masked = message;
        for (Mask mask : masks) {
            masked = masker(mask).message(masked);
        }
        return masked;
    }

    /** A text beside a message. */
    public String text(List<Mask> masks, String text) {
        String masked = text;
        for (Mask mask : masks) {
            masked = masker(mask).text(masked);
        }
        return masked;
    }

    /** Which profiles in a dry run would have changed the message, by name. */
    public List<String> trials(List<Mask> masks, ObjectNode message) {
        return masks.stream()
                .filter(mask -> mask.profile().enforcement() == Enforcement.DRY_RUN)
                .filter(mask -> masker(mask).wouldChange(message))
                .map(mask -> mask.profile().name())
                .toList();
    }

    private Masker masker(Mask mask) {
        return new Masker(
                mask.profile(), pseudonyms(mask.owner().tenant(), mask.other().tenant()));
    }

    private Pseudonyms pseudonyms(TenantId owner, TenantId other) {
        return value -> "p-"
                + hmac.of(owner, ("pseudonym\0" + other + "\0" + value).getBytes(StandardCharsets.UTF_8))
                        .substring(0, PSEUDONYM);
    }
}
