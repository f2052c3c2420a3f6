package org.dmsc.bridge.mqtt.wire;

import java.util.Optional;
import java.util.regex.Pattern;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * A topic of ours, taken apart. Of A2A over MQTT ({@code $a2a/v1/…}, org = tenant, unit = {@code main}) and of the 3.1.1 envelope
 * ({@code dmsc/v1/…}). Exactly one text names each: no two topics mean the same.
 *
 * @param agent whose topic it is; for the fabric's own requests the agent {@code gateway}
 * @param suffix what follows the agent in a reply topic; of a request to a pool (which goes to the agent {@code gateway}) the pool's name
 */
public record DeviceTopic(Kind kind, AgentRef agent, Optional<String> suffix) {

    /** The unit that every tenant has; there is no other. */
    public static final String UNIT = "main";

    private static final String PROFILE = "$a2a/v1/";
    private static final String ENVELOPE = "dmsc/v1/";
    private static final String POOL = "pool";
    private static final Pattern POOL_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final int LONGEST_SUFFIX = 256;

    /** What a topic is for. */
    public enum Kind {
        DISCOVERY,
        REQUEST,
        REPLY,
        EVENT,
        /** Envelopes of an agent. */
        OUT,
        /** Envelopes to an agent. */
        IN;

        private final String word = name().toLowerCase(java.util.Locale.ROOT);

        /** As it stands in a topic. */
        public String word() {
            return word;
        }
    }

    /** A topic without a suffix. */
    public static DeviceTopic of(Kind kind, AgentRef agent) {
        return new DeviceTopic(kind, agent, Optional.empty());
    }

    /** Where an agent answers one request of the fabric. */
    public static DeviceTopic replyToGateway(TenantId tenant, String suffix) {
        return new DeviceTopic(Kind.REPLY, new AgentRef(tenant, AgentId.GATEWAY), Optional.of(suffix));
    }

    /** Takes a topic apart; empty for everything that is not exactly one of ours. */
    public static Optional<DeviceTopic> parse(String topic) {
        try {
            if (topic.startsWith(PROFILE)) {
                return profile(topic.substring(PROFILE.length()).split("/", -1));
            }
            return topic.startsWith(ENVELOPE)
                    ? envelope(topic.substring(ENVELOPE.length()).split("/", -1))
                    : Optional.empty();
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    /** The client id of an agent: {@code <tenant>/main/<agent>}. */
    public static String clientId(AgentRef agent) {
        return agent.tenant() + "/" + UNIT + "/" + agent.agent();
    }

    /** The topic's text. */
    public String text() {
        if (kind == Kind.OUT || kind == Kind.IN) {
            return ENVELOPE + agent + "/" + kind.word();
        }
        if (kind == Kind.REQUEST && suffix.isPresent()) {
            return PROFILE + kind.word() + "/" + agent.tenant() + "/" + UNIT + "/" + POOL + "/" + suffix.get();
        }
        return PROFILE + kind.word() + "/" + clientId(agent)
                + suffix.map(end -> "/" + end).orElse("");
    }

    private static Optional<DeviceTopic> envelope(String[] levels) {
        if (levels.length != 3) {
            return Optional.empty();
        }
        AgentRef agent = AgentRef.of(levels[0], levels[1]);
        for (Kind kind : new Kind[] {Kind.OUT, Kind.IN}) {
            if (kind.word().equals(levels[2])) {
                return Optional.of(of(kind, agent));
            }
        }
        return Optional.empty();
    }

    private static Optional<DeviceTopic> profile(String[] levels) {
        if (levels.length < 4 || !levels[2].equals(UNIT)) {
            return Optional.empty();
        }
        if (levels.length == 5 && levels[0].equals(Kind.REQUEST.word()) && levels[3].equals(POOL)) {
            return POOL_NAME.matcher(levels[4]).matches()
                    ? Optional.of(new DeviceTopic(
                            Kind.REQUEST,
                            new AgentRef(new TenantId(levels[1]), AgentId.GATEWAY),
                            Optional.of(levels[4])))
                    : Optional.empty();
        }
        AgentRef agent = AgentRef.of(levels[1], levels[3]);
        for (Kind kind : new Kind[] {Kind.DISCOVERY, Kind.REQUEST, Kind.EVENT}) {
            if (kind.word().equals(levels[0])) {
                return levels.length == 4 ? Optional.of(of(kind, agent)) : Optional.empty();
            }
        }
        return levels[0].equals(Kind.REPLY.word()) && levels.length == 5 && isName(levels[4])
                ? Optional.of(new DeviceTopic(Kind.REPLY, agent, Optional.of(levels[4])))
                : Optional.empty();
    }

    private static boolean isName(String text) {
        return !text.isEmpty()
                && text.length() <= LONGEST_SUFFIX
                && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '+' && c != '#' && c != '/');
    }
}
