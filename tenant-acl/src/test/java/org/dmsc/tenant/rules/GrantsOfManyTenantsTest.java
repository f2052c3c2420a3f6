package org.dmsc.tenant.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.rules.Access.Origin;
import org.dmsc.tenant.rules.Party.Activity;
import org.dmsc.tenant.rules.TenantPolicy.Standing;
import org.dmsc.tenant.rules.Verdict.Allowed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every pair of many tenants, against a judge that knows the agreements as a plain set of triples. */
@Tag("case-65")
final class GrantsOfManyTenantsTest {

    private static final List<String> SKILLS = List.of("plan", "code", "translate", "plan-2");
    private static final long NOW = 1_000;

    /** Cases 64 and 65: whoever grants what to whom, in circles or not, exactly the agreed triples are let through. */
    @Test
    void everyPairIsJudgedAsByEnumeration() {
        qt().withFixedSeed(20261122).withExamples(200).forAll(longs().all()).check(seed -> {
            World world = World.random(new Random(seed), 8);
            return world.allowed().equals(world.agreed());
        });
    }

    /** Case 62: 50 tenants, every pair, every way of use; prefix twins (case 63) among them. */
    @Test
    void fiftyTenantsWithoutAGrantUseNothingOfEachOther() {
        List<Party> parties = new ArrayList<>();
        for (String name : names()) {
            parties.add(new Party(TenantPolicy.none(new TenantId(name), 1), Activity.ACTIVE));
        }
        int denials = 0;
        int leaks = 0;
        for (Party importer : parties) {
            for (Party exporter : parties) {
                for (String skill : SKILLS) {
                    for (Mode mode : Mode.values()) {
                        for (Origin origin : Origin.values()) {
                            if (!importer.equals(exporter)) {
                                boolean allowed = isAllowed(importer, exporter, Optional.of(skill), mode, origin);
                                denials += allowed ? 0 : 1;
                                leaks += allowed ? 1 : 0;
                            }
                        }
                    }
                }
            }
        }
        System.out.println("case 62: " + parties.size() + " tenants, " + parties.size() * (parties.size() - 1)
                + " pairs, " + denials + " denials, " + leaks + " leaks");
        assertThat(leaks).isZero();
        assertThat(denials).isEqualTo(2450 * SKILLS.size() * 4);
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= 25; i++) {
            names.add("acme-" + i);
            names.add("acme-" + i + "-x");
        }
        return names;
    }

    private static boolean isAllowed(Party importer, Party exporter, Optional<String> skill, Mode mode, Origin origin) {
        AgentRef agent = AgentRef.of(exporter.tenant().value(), "a");
        Destination destination = new Destination(exporter, agent, skill, Optional.empty());
        Access access = new Access(importer, Optional.of(destination), mode, origin, 1, Set.of(), NOW);
        return AccessRule.decide(access, Checks.NONE) instanceof Allowed;
    }

    /** Tenants with offers and acceptances at random, many of them matching, and what follows from them by enumeration. */
    private record World(List<Party> parties, Set<String> agreed) {

        static World random(Random random, int size) {
            Map<Integer, List<Offer>> offers = new java.util.TreeMap<>();
            Map<Integer, List<Acceptance>> acceptances = new java.util.TreeMap<>();
            Set<String> agreed = new HashSet<>();
            for (int i = 0; i < size; i++) {
                offers.put(i, new ArrayList<>());
                acceptances.put(i, new ArrayList<>());
            }
            for (int i = 0; i < size * 4; i++) {
                int exporter = random.nextInt(size);
                int importer = random.nextInt(size);
                if (exporter != importer) {
                    grant(
                            random,
                            "g" + i,
                            tenant(exporter),
                            tenant(importer),
                            new Halves(offers.get(exporter), acceptances.get(importer)),
                            agreed);
                }
            }
            List<Party> parties = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                parties.add(new Party(policy(tenant(i), offers.get(i), acceptances.get(i)), Activity.ACTIVE));
            }
            return new World(parties, agreed);
        }

        /** Where the two halves of a grant go. */
        private record Halves(List<Offer> offers, List<Acceptance> acceptances) {}

        private static void grant(
                Random random, String id, TenantId exporter, TenantId importer, Halves halves, Set<String> agreed) {
            Set<String> offered = skills(random);
            Set<String> accepted = skills(random);
            long ends = random.nextInt(4) == 0 ? NOW : NOW + 1;
            boolean hasOffer = random.nextInt(5) > 0;
            boolean hasAcceptance = random.nextInt(5) > 0;
            if (hasOffer) {
                halves.offers()
                        .add(new Offer(
                                id,
                                importer,
                                offered,
                                Set.of(Mode.values()),
                                0,
                                ends,
                                Optional.empty(),
                                Long.MAX_VALUE));
            }
            if (hasAcceptance) {
                halves.acceptances().add(new Acceptance(id, exporter, accepted, Long.MAX_VALUE, Optional.empty()));
            }
            if (hasOffer && hasAcceptance && ends > NOW) {
                offered.stream()
                        .filter(accepted::contains)
                        .forEach(skill -> agreed.add(importer + ">" + exporter + "#" + skill));
            }
        }

        private static Set<String> skills(Random random) {
            Set<String> skills = new HashSet<>();
            for (String skill : SKILLS) {
                if (random.nextBoolean()) {
                    skills.add(skill);
                }
            }
            return skills;
        }

        private static TenantId tenant(int number) {
            return new TenantId("t" + number);
        }

        private static TenantPolicy policy(TenantId tenant, List<Offer> offers, List<Acceptance> acceptances) {
            return new TenantPolicy(
                    tenant,
                    1,
                    Standing.READ,
                    Optional.empty(),
                    Set.of(),
                    Quotas.NONE,
                    List.of(),
                    offers,
                    acceptances,
                    Masking.NONE,
                    Map.of(),
                    NetworkRules.NONE);
        }

        Set<String> allowed() {
            Set<String> allowed = new HashSet<>();
            for (Party importer : parties) {
                for (Party exporter : parties) {
                    for (String skill : SKILLS) {
                        if (!importer.equals(exporter)
                                && isAllowed(importer, exporter, Optional.of(skill), Mode.REQUEST, Origin.OWN)) {
                            allowed.add(importer.tenant() + ">" + exporter.tenant() + "#" + skill);
                        }
                    }
                }
            }
            return allowed;
        }
    }
}
