package org.dmsc.bridge.mqtt.wire;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmsc.bridge.mqtt.wire.DeviceTopic.Kind;
import org.dmsc.schemas.AgentRef;

/** Which topics are an agent's own. Wildcards are allowed only where everything they can match is its own, or a card of its tenant. */
public final class TopicRules {

    private static final Pattern CONNECTION = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private TopicRules() {}

    /** Whether an agent may subscribe to a filter. */
    public static boolean maySubscribe(AgentRef agent, String filter) {
        if (isPlain(filter)) {
            return DeviceTopic.parse(filter)
                    .filter(topic -> isReadable(agent, topic))
                    .isPresent();
        }
        if (filter.startsWith("$share/") || filter.startsWith("$queue/")) {
            return false;
        }
        return wildcardRoots(agent).stream().anyMatch(root -> isBelow(filter, root));
    }

    /** Whether an agent's last will may go to a topic. */
    public static boolean mayLeaveWill(AgentRef agent, String topic) {
        return topic.equals(DeviceTopic.of(Kind.DISCOVERY, agent).text());
    }

    /** Whether a client id belongs to an agent: its own, or that followed by the name of one more connection. */
    public static boolean isClientIdOf(AgentRef agent, String clientId) {
        String own = DeviceTopic.clientId(agent);
        return clientId.equals(own)
                || (clientId.startsWith(own + "/")
                        && CONNECTION
                                .matcher(clientId.substring(own.length() + 1))
                                .matches());
    }

    /** A requester's response topic, if replies may go there: below its own reply topic and nowhere else. */
    public static Optional<DeviceTopic> ownReply(AgentRef agent, String topic) {
        return DeviceTopic.parse(topic)
                .filter(parsed -> parsed.kind() == Kind.REPLY && parsed.agent().equals(agent));
    }

    /** Whether a filter that was granted shows a topic. */
    public static boolean matches(String filter, String topic) {
        String[] wanted = filter.split("/", -1);
        String[] given = topic.split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("#")) {
                return true;
            }
            if (i >= given.length || (!wanted[i].equals("+") && !wanted[i].equals(given[i]))) {
                return false;
            }
        }
        return wanted.length == given.length;
    }

    private static boolean isReadable(AgentRef agent, DeviceTopic topic) {
        switch (topic.kind()) {
            case DISCOVERY:
                return topic.agent().tenant().equals(agent.tenant());
            case REQUEST:
            case REPLY:
            case EVENT:
            case IN:
                return topic.agent().equals(agent);
            case OUT:
                return false;
        }
        throw new IllegalStateException("unknown kind of topic: " + topic.kind());
    }

    /** Every topic below one of these may be read by the agent. */
    private static List<String> wildcardRoots(AgentRef agent) {
        return List.of(
                "$a2a/v1/discovery/" + agent.tenant() + "/",
                DeviceTopic.of(Kind.REPLY, agent).text() + "/");
    }

    private static boolean isBelow(String filter, String root) {
        if (!filter.startsWith(root)) {
            return false;
        }
        String rest = filter.substring(root.length());
        return rest.chars().allMatch(c -> c >= ' ' && c != 0x7f) && !rest.isEmpty();
    }

    private static boolean isPlain(String filter) {
        return filter.indexOf('+') < 0 && filter.indexOf('#') < 0;
    }
}
