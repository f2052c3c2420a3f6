package org.dmsc.tenant.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.tenant.mask.MaskingProfile;
import org.dmsc.tenant.rules.Access.Origin;
import org.dmsc.tenant.rules.Party.Activity;
import org.dmsc.tenant.rules.TenantPolicy.Standing;
import org.dmsc.tenant.rules.Verdict.Allowed;
import org.dmsc.tenant.rules.Verdict.Denied;
import org.dmsc.tenant.rules.Verdict.Mask;

/**
 * The one order in which everything is judged, in both bridges and in the router (design 10). Who the caller is has been established before.
 *
 * <pre>
 *   tenant active ▸ not revoked ▸ quota ▸ isolation and grant ▸ data tags ▸ masking
 * </pre>
 * The first step that says no ends it. Pure but for the {@link Checks} that are handed in.
 */
public final class AccessRule {

    private static final String NO_GRANT = "no grant lets tenant ";

    private AccessRule() {}

    /** The verdict; a fault in any document is a denial. */
    public static Verdict decide(Access access, Checks checks) {
        Optional<Denied> early = active(access.caller()).or(checks::revoked).or(checks::overQuota);
        if (early.isPresent()) {
            return early.get();
        }
        return access.destination()
                .map(destination -> towards(access, destination))
                .orElseGet(() -> new Allowed(Optional.empty(), List.of(), List.of()));
    }

    /** The profile of the caller's tenant that everything goes through before it is sealed. */
    public static Optional<Mask> ingress(Party caller) {
        return caller.policy().masking().ingress().map(profile -> new Mask(profile, caller, caller));
    }

    private static Optional<Denied> active(Party caller) {
        switch (caller.activity()) {
            case ACTIVE:
                return readable(caller.policy());
            case UNKNOWN:
                return Optional.of(
                        Denied.of(Refusal.TENANT_UNKNOWN, "tenant " + caller.tenant() + " is not known here"));
            case INACTIVE:
                return Optional.of(Denied.of(
                        Refusal.TENANT_INACTIVE,
                        "tenant " + caller.tenant() + " is suspended or gone (expected ACTIVE)"));
        }
        throw new IllegalStateException("unknown activity: " + caller.activity());
    }

    /** A policy that cannot be read might mask, or forbid: nobody knows, so nothing goes. */
    private static Optional<Denied> readable(TenantPolicy policy) {
        return policy.standing() == Standing.READ
                ? Optional.empty()
                : Optional.of(Denied.of(
                        Refusal.UNAVAILABLE,
                        "the policy of tenant " + policy.tenant() + " cannot be read here (expected its keys, and a"
                                + " document that this version knows)"));
    }

    private static Verdict towards(Access access, Destination destination) {
        Crossing crossing = crossing(access, destination);
        if (crossing.denied().isPresent()) {
            return crossing.denied().get();
        }
        DataTags.Found tags = DataTags.check(access.caller().policy(), access.dataTags(), destination);
        if (tags.denied().isPresent()) {
            Denied denied = tags.denied().get();
            return new Denied(denied.refusal(), denied.sentence(), tags.trials());
        }
        return masked(access, destination, crossing.grant(), tags.trials());
    }

    private record Crossing(Optional<Denied> denied, Optional<Grant> grant) {

        static Crossing no(Refusal refusal, String sentence) {
            return new Crossing(Optional.of(Denied.of(refusal, sentence)), Optional.empty());
        }
    }

    private static Crossing crossing(Access access, Destination destination) {
        Party importer = access.caller();
        Party exporter = destination.party();
        if (importer.tenant().equals(exporter.tenant())) {
            return new Crossing(Optional.empty(), Optional.empty());
        }
        List<Grant> standing = exporter.activity() == Activity.ACTIVE && access.origin() == Origin.OWN
                ? GrantRule.inForce(importer.policy(), exporter.policy(), access.now())
                : List.of();
        Optional<Grant> grant = standing.stream()
                .filter(one -> destination.skill().map(one.skills()::contains).orElse(true)
                        && one.modes().contains(access.mode())
                        && access.payloadBytes() <= one.maxPayloadBytes())
                .findFirst();
        return grant.map(found -> new Crossing(Optional.empty(), grant))
                .orElseGet(() -> Crossing.no(
                        Refusal.CROSS_TENANT,
                        NO_GRANT + importer.tenant() + " use " + destination.agent()
                                + destination
                                        .skill()
                                        .map(skill -> " for skill '" + skill + "'")
                                        .orElse("")
                                + why(access, standing)));
    }

    /** For the audit logs of the two; the caller is told nothing of it. */
    private static String why(Access access, List<Grant> standing) {
        if (access.origin() == Origin.FROM_ANOTHER_TENANT) {
            return ": the task came from another tenant, and grants are not handed on";
        }
        return standing.isEmpty()
                ? ""
                : " so: " + standing.size() + " in force, none for this skill, "
                        + access.mode().label() + " and " + access.payloadBytes() + " bytes";
    }

    private static Verdict masked(Access access, Destination destination, Optional<Grant> grant, List<Denied> trials) {
        if (grant.isEmpty()) {
            return new Allowed(grant, List.of(), trials);
        }
        List<Mask> masks = new ArrayList<>();
        boolean complete = add(masks, grant.get().importerMasking(), access.caller(), destination.party())
                && add(masks, grant.get().exporterMasking(), destination.party(), access.caller());
        return complete
                ? new Allowed(grant, masks, trials)
                : Denied.of(
                        Refusal.CROSS_TENANT,
                        "grant " + grant.get().name() + " names a masking profile that is not there");
    }

    private static boolean add(List<Mask> masks, Optional<String> name, Party owner, Party other) {
        if (name.isEmpty()) {
            return true;
        }
        Optional<MaskingProfile> profile =
                Optional.ofNullable(owner.policy().masking().profiles().get(name.get()));
        profile.ifPresent(found -> masks.add(new Mask(found, owner, other)));
        return profile.isPresent();
    }
}
