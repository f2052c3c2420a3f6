package org.dmsc.bridge.mqtt.connector;

import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.schemas.TenantId;

/**
 * Topics of an outside broker and ours. One organisation and unit there is one tenant here; both directions are exact, so no two topics there
 * mean one topic here.
 *
 * @param prefix in front of every topic there; empty, or ending with a slash
 * @param org organisation there, in place of the tenant
 * @param unit there, in place of {@value DeviceTopic#UNIT}
 */
public record OutsideTopics(TenantId tenant, String prefix, String org, String unit) {

    private static final String PROFILE = "$a2a/v1/";
    private static final String ENVELOPE = "dmsc/v1/";

    /** The topic of ours that a topic there stands for; empty for all that is not exactly one. */
    public Optional<DeviceTopic> inside(String outside) {
        if (!outside.startsWith(prefix)) {
            return Optional.empty();
        }
        String topic = outside.substring(prefix.length());
        if (topic.startsWith(PROFILE)) {
            String[] parts = topic.substring(PROFILE.length()).split("/", 4);
            return parts.length == 4 && parts[1].equals(org) && parts[2].equals(unit)
                    ? DeviceTopic.parse(PROFILE + parts[0] + "/" + tenant + "/" + DeviceTopic.UNIT + "/" + parts[3])
                    : Optional.empty();
        }
        return topic.startsWith(ENVELOPE + org + "/")
                ? DeviceTopic.parse(ENVELOPE + tenant + "/" + topic.substring((ENVELOPE + org + "/").length()))
                : Optional.empty();
    }

    /** What one of the tenant's own topics is called there. */
    public String outside(String inside) {
        String envelope = ENVELOPE + tenant + "/";
        if (inside.startsWith(envelope)) {
            return prefix + ENVELOPE + org + "/" + inside.substring(envelope.length());
        }
        String[] parts =
                inside.startsWith(PROFILE) ? inside.substring(PROFILE.length()).split("/", 4) : new String[0];
        if (parts.length != 4 || !parts[1].equals(tenant.value()) || !parts[2].equals(DeviceTopic.UNIT)) {
            throw new IllegalArgumentException("no topic of tenant " + tenant + ": " + inside);
        }
        return prefix + PROFILE + parts[0] + "/" + org + "/" + unit + "/" + parts[3];
    }

    /** An agent's name there: {@code <org>/<unit>/<agent>}, of {@code <tenant>/main/<agent>}. */
    public String outsideName(String inside) {
        String own = tenant + "/" + DeviceTopic.UNIT + "/";
        return inside.startsWith(own) ? org + "/" + unit + "/" + inside.substring(own.length()) : inside;
    }

    /** Where devices that speak the envelope publish. */
    String envelopes() {
        return prefix + ENVELOPE + org + "/+/out";
    }

    /** A filter for topics of one kind. */
    String profile(String kind, String end) {
        return prefix + PROFILE + kind + "/" + org + "/" + unit + "/" + end;
    }

    /** Requests to a pool, of which each goes to one of its members. */
    String shared(String pool) {
        return "$share/a2a." + org + "." + unit + "." + pool + "/" + profile("request", "pool/" + pool);
    }

    /** Everything that is subscribed there by MQTT 5. */
    List<String> unshared(List<String> exposed) {
        java.util.List<String> filters = new java.util.ArrayList<>(List.of(
                profile("discovery", "+"),
                profile("event", "+"),
                profile("reply", "gateway/+"),
                profile("request", "gateway"),
                envelopes()));
        exposed.forEach(agent -> filters.add(profile("request", agent)));
        return filters;
    }
}
