package org.dmsc.schemas;

import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of all topics (design 5). A tenant's topics are {@code dmsc.<tenant>.<channel>}; the fabric's own are {@code dmsc.sys.*}. */
public final class TopicNames {

    public static final String TENANTS = "dmsc.sys.tenants";
    public static final String REGISTRY = "dmsc.sys.registry";
    public static final String REVOCATIONS = "dmsc.sys.revocations";
    public static final String REVOCATION_ACKS = "dmsc.sys.revocation-acks";
    public static final String ENROLMENTS = "dmsc.sys.enrolments";
    public static final String USAGE = "dmsc.sys.usage";
    public static final String PUSH = "dmsc.sys.push";
    public static final String OWED = "dmsc.sys.owed";
    public static final String QUARANTINE = "dmsc.sys.quarantine";
    public static final String PURGES = "dmsc.sys.purges";
    public static final String GATEWAYS = "dmsc.sys.gateways";
    public static final String LANES = "dmsc.sys.lanes";
    public static final String LESSONS = "dmsc.sys.lessons";
    public static final String MODELS = "dmsc.sys.models";
    public static final String SCHEMAS = "dmsc.sys.schemas";
    public static final String AUDIT_INTAKE = "dmsc.sys.audit-intake";
    public static final String AUDIT = "dmsc.audit";
    public static final String AUDIT_CHECKPOINTS = "dmsc.audit.checkpoints";

    /** Exactly the ids that {@link TenantId} accepts: a topic that no tenant can have made is nobody's. */
    private static final String TENANT = "dmsc\\.(?!(?:" + String.join("|", new TreeSet<>(TenantId.RESERVED))
            + ")\\.)([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)\\.";

    private static final Pattern TENANT_TOPIC =
            Pattern.compile(TENANT + "(tasks|inbox|events|agents|dead|audit|payloads)");

    /** What the router subscribes to: every tenant's tasks and events. */
    public static final Pattern ROUTER_SOURCE = Pattern.compile(TENANT + "(tasks|events)");

    /** What the registry subscribes to: every tenant's agents. */
    public static final Pattern REGISTRY_SOURCE = Pattern.compile(TENANT + "agents");

    private TopicNames() {}

    /** What a tenant topic is for. */
    public enum Channel {
        TASKS,
        INBOX,
        EVENTS,
        AGENTS,
        DEAD,
        AUDIT,
        PAYLOADS;

        /** The last part of the topic's name, also the logical channel in a sealed part. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** {@code dmsc.<tenant>.<channel>}. */
        public String of(TenantId tenant) {
            return "dmsc." + tenant + "." + label();
        }
    }

    /** A tenant topic, taken apart. */
    public record TenantTopic(TenantId tenant, Channel channel) {}

    /** Takes a tenant topic's name apart; empty for any other topic. */
    public static Optional<TenantTopic> parse(String topic) {
        Matcher matcher = TENANT_TOPIC.matcher(topic);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new TenantTopic(
                new TenantId(matcher.group(1)), Channel.valueOf(matcher.group(2).toUpperCase(Locale.ROOT))));
    }
}
