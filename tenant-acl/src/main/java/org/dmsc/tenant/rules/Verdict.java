package org.dmsc.tenant.rules;

import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.tenant.mask.MaskingProfile;

/** What comes of an {@link Access}. */
public sealed interface Verdict {

    /** What rules in a dry run would have refused: to be logged and audited, nothing more. */
    List<Denied> trials();

    /**
     * It may.
     *
     * @param grant that lets it cross; empty within a tenant
     * @param masks profiles that what is delivered goes through, in this order
     */
    record Allowed(Optional<Grant> grant, List<Mask> masks, List<Denied> trials) implements Verdict {

        public Allowed {
            masks = List.copyOf(masks);
            trials = List.copyOf(trials);
        }
    }

    /** It may not. */
    record Denied(Refusal refusal, String sentence, List<Denied> trials) implements Verdict {

        public Denied {
            trials = List.copyOf(trials);
        }

        /** Without any trial before it. */
        public static Denied of(Refusal refusal, String sentence) {
            return new Denied(refusal, sentence, List.of());
        }
    }

    /** A profile, and whose it is: its pseudonyms are made with that tenant's key. */
    record Mask(MaskingProfile profile, Party owner, Party other) {}
}
