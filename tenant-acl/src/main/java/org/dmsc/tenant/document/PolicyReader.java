package org.dmsc.tenant.document;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.document.Section.Toggle;
import org.dmsc.tenant.mask.MaskingProfile;
import org.dmsc.tenant.rules.Ambiguity;
import org.dmsc.tenant.rules.Ambiguity.Answer;
import org.dmsc.tenant.rules.DataTagRule;
import org.dmsc.tenant.rules.Masking;
import org.dmsc.tenant.rules.ModelUse;
import org.dmsc.tenant.rules.Quotas;
import org.dmsc.tenant.rules.Rate;
import org.dmsc.tenant.rules.TenantPolicy;
import org.dmsc.tenant.rules.TenantPolicy.Standing;

/** Reads a tenant's document: either all of it is right, or every fault in it is named. Pure. */
public final class PolicyReader {

    static final String IDENTIFIER = "[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?";

    private static final int LONGEST_NAME = 200;
    private static final int MOST_BODY_BYTES = 10 * 1024 * 1024;
    private static final int MOST_HOPS = 32;
    private static final int MOST_ATTEMPTS = 20;
    private static final int MOST_AGENTS = 100_000;
    private static final long MOST_RATE = 10_000_000;
    private static final long MOST_BYTES = 1L << 40;

    private final TenantId tenant;
    private final Section document;

    private PolicyReader(TenantId tenant, Section document) {
        this.tenant = tenant;
        this.document = document;
    }

    /**
     * Reads the document of that tenant.
     *
     * @param generation that the policy will have
     * @throws RefusedException INVALID_CONFIGURATION with all faults, one per line
     */
    public static ReadDocument read(TenantId tenant, ObjectNode tree, long generation) {
        List<Fault> faults = new ArrayList<>();
        ReadDocument read = new PolicyReader(tenant, new Section("", tree, faults)).read(generation);
        if (!faults.isEmpty()) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "the document of tenant " + tenant + " has "
                            + (faults.size() == 1 ? "a fault" : faults.size() + " faults") + ":"
                            + faults.stream().map(fault -> "\n  " + fault).collect(Collectors.joining()));
        }
        return read;
    }

    private ReadDocument read(long generation) {
        document.required("tenant")
                .filter(named -> !named.equals(tenant.value()))
                .ifPresent(named -> document.fault(
                        "tenant",
                        "'" + Printable.of(named) + "' (expected '" + tenant + "', the tenant that is configured)"));
        Optional<String> displayName = document.text("display-name");
        displayName
                .filter(name -> name.length() > LONGEST_NAME)
                .ifPresent(name -> document.fault(
                        "display-name",
                        "has " + name.length() + " characters (expected at most " + LONGEST_NAME + ")"));
        Optional<String> region = identifier("region", document.text("region"));
        Quotas quotas = quotas(document.section("quotas"));
        TenantLimits limits = limits(document.section("limits"), quotas);
        MaskingReader masks = new MaskingReader(document.section("masking"));
        Masking masking = masks.read();
        GrantReader grants = new GrantReader(
                tenant, document.section("grants"), masking.profiles().keySet());
        TenantPolicy policy = new TenantPolicy(
                tenant,
                generation,
                Standing.READ,
                region,
                administrators(),
                quotas,
                new IssuerReader(document.sections("issuers")).read(),
                grants.offers(),
                grants.acceptances(),
                masking,
                dataTags(),
                NetworkReader.read(document.section("network")),
                ambiguity(document.section("ambiguity")),
                document.toggle("embeddings") == Toggle.ON ? ModelUse.ALLOWED : ModelUse.NEVER,
                CardReader.read(document.section("cards")));
        grants.finish();
        document.finish();
        return new ReadDocument(displayName, limits, policy);
    }

    private static Ambiguity ambiguity(Section section) {
        Answer answer = section.oneOf("then", section.text("then"), PolicyReader::answer, "best-guess, ask or refuse")
                .orElse(Ambiguity.USUAL.answer());
        double margin = section.oneOf(
                        "margin",
                        section.text("margin"),
                        text -> Optional.of(text)
                                .filter(number -> number.matches("0(\\.\\d{1,6})?|1(\\.0+)?"))
                                .map(Double::parseDouble),
                        "a number from 0 to 1, such as 0.1")
                .orElse(Ambiguity.USUAL.margin());
        section.finish();
        return new Ambiguity(answer, margin);
    }

    private static Optional<Answer> answer(String text) {
        return Arrays.stream(Answer.values())
                .filter(answer ->
                        answer.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text))
                .findFirst();
    }

    private Set<AgentId> administrators() {
        Set<AgentId> agents = new HashSet<>();
        for (String name : document.texts("administrators")) {
            document.read("administrators", Optional.of(name), AgentId::new).ifPresent(agents::add);
        }
        return agents;
    }

    private static TenantLimits limits(Section limits, Quotas quotas) {
        TenantLimits usual = TenantLimits.newBuilder().build();
        TenantLimits read = TenantLimits.newBuilder()
                .setMaxBodyBytes(limits.number("body-bytes", usual.getMaxBodyBytes(), 1, MOST_BODY_BYTES))
                .setTaskDeadlineMs(limits.millis(
                        "task-deadline", usual.getTaskDeadlineMs(), Duration.ofMillis(1), Duration.ofDays(7)))
                .setAttemptTimeoutMs(limits.millis(
                        "attempt-timeout", usual.getAttemptTimeoutMs(), Duration.ofMillis(1), Duration.ofDays(7)))
                .setMaxAttempts((int) limits.number("attempts", usual.getMaxAttempts(), 1, MOST_ATTEMPTS))
                .setMaxHops((int) limits.number("hops", usual.getMaxHops(), 0, MOST_HOPS))
                .setMaxAgents(quotas.agents() == Quotas.UNLIMITED ? usual.getMaxAgents() : (int) quotas.agents())
                .build();
        limits.finish();
        return read;
    }

    private static Quotas quotas(Section quotas) {
        Section agent = quotas.section("agent");
        Quotas read = new Quotas(
                rate(quotas),
                rate(agent),
                quotas.number("connections", Quotas.UNLIMITED, 0, MOST_RATE),
                quotas.number("in-flight-tasks", Quotas.UNLIMITED, 0, MOST_RATE),
                quotas.number("bytes-per-second", Quotas.UNLIMITED, 0, MOST_BYTES),
                quotas.number("subscriptions", Quotas.UNLIMITED, 0, MOST_RATE),
                quotas.number("agents", Quotas.UNLIMITED, 0, MOST_AGENTS),
                enforcement(quotas));
        agent.finish();
        quotas.finish();
        return read;
    }

    private static Rate rate(Section section) {
        long perSecond = section.number("requests-per-second", Quotas.UNLIMITED, 0, MOST_RATE);
        long otherwise = perSecond == Quotas.UNLIMITED ? Quotas.UNLIMITED : Math.max(1, perSecond);
        long burst = section.number("burst", otherwise, 1, MOST_RATE);
        if (perSecond == Quotas.UNLIMITED && section.has("burst")) {
            section.fault("burst", burst + " without requests-per-second (expected both, or neither)");
        }
        return new Rate(perSecond, burst);
    }

    private Map<String, DataTagRule> dataTags() {
        Map<String, DataTagRule> rules = new LinkedHashMap<>();
        for (Section section : document.sections("data-tags")) {
            DataTagReader.read(tenant, section).ifPresent(rule -> {
                if (rules.putIfAbsent(rule.tag(), rule) != null) {
                    section.fault("tag", "'" + rule.tag() + "' has a rule already (expected one rule for each tag)");
                }
            });
        }
        return rules;
    }

    private Optional<String> identifier(String key, Optional<String> text) {
        return document.oneOf(key, text, PolicyReader::identifier, "a name of a-z, 0-9, '.', '_' and '-'");
    }

    static Optional<String> identifier(String text) {
        return Optional.of(text).filter(value -> value.matches(IDENTIFIER));
    }

    static Enforcement enforcement(Section section) {
        return section.toggle("dry-run") == Toggle.ON ? Enforcement.DRY_RUN : Enforcement.ENFORCED;
    }

    /** By name; a name that comes twice is a fault. */
    static Map<String, MaskingProfile> byName(List<MaskingProfile> profiles, Section section) {
        Map<String, MaskingProfile> byName = new LinkedHashMap<>();
        for (MaskingProfile profile : profiles) {
            if (byName.putIfAbsent(profile.name(), profile) != null) {
                section.fault("profiles", "'" + profile.name() + "' is there twice (expected each name once)");
            }
        }
        return byName;
    }
}
