package org.dmsc.tenant.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dmsc.schemas.Refusal;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.rules.Verdict.Denied;

/** Where tagged data may go. A tag without a rule may go anywhere within its tenant, and nowhere else. Pure. */
final class DataTags {

    private DataTags() {}

    /** All that forbids it, enforced and in trial. */
    static Found check(TenantPolicy owner, Set<String> tags, Destination destination) {
        List<Denied> enforced = new ArrayList<>();
        List<Denied> trials = new ArrayList<>();
        for (String tag : new TreeSet<>(tags)) {
            Optional<DataTagRule> rule = Optional.ofNullable(owner.dataTags().get(tag));
            Optional<String> why = rule.map(known -> breach(owner, known, destination))
                    .orElseGet(() -> unknown(owner, tag, destination));
            why.map(sentence -> Denied.of(Refusal.DATA_TAG, sentence)).ifPresent(denied -> {
                boolean trial = rule.filter(known -> known.enforcement() == Enforcement.DRY_RUN)
                        .isPresent();
                (trial ? trials : enforced).add(denied);
            });
        }
        return new Found(enforced.stream().findFirst(), trials);
    }

    record Found(Optional<Denied> denied, List<Denied> trials) {}

    private static Optional<String> breach(TenantPolicy owner, DataTagRule rule, Destination destination) {
        if (rule.staysInTenant() && !destination.party().tenant().equals(owner.tenant())) {
            return Optional.of("data tag '" + rule.tag() + "' may not leave tenant " + owner.tenant());
        }
        if (rule.staysInRegion() && !sameRegion(owner, destination)) {
            return Optional.of("data tag '" + rule.tag() + "' may not leave region "
                    + owner.region().orElse("(none is set)") + "; the agent is in "
                    + destination.place().orElse("no known region"));
        }
        if (!rule.clears(destination.agent(), destination.skill())) {
            return Optional.of("the agent has no clearance for data tag '" + rule.tag() + "'");
        }
        return Optional.empty();
    }

    /** What nobody located is nowhere; only a tenant without any region is one place. */
    private static boolean sameRegion(TenantPolicy owner, Destination destination) {
        boolean own = destination.party().tenant().equals(owner.tenant());
        return (own && destination.place().isEmpty())
                || (owner.region().isPresent() && owner.region().equals(destination.place()));
    }

    private static Optional<String> unknown(TenantPolicy owner, String tag, Destination destination) {
        return destination.party().tenant().equals(owner.tenant())
                ? Optional.empty()
                : Optional.of(
                        "data tag '" + tag + "' has no rule in tenant " + owner.tenant() + ", and may not leave it");
    }
}
