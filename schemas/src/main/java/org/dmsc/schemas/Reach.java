package org.dmsc.schemas;

import java.util.Optional;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentRegistration;

/**
 * How tasks reach an agent. The names are those of the API ({@code dmsc.channel}). In records it is a channel and a text beside it, because a
 * new symbol of an Avro enum cannot be read by those who do not have it.
 */
public enum Reach {
    /** It is an A2A server: its gateway calls it. */
    A2A_HTTP(AgentChannel.A2A_HTTP, ""),
    /** It cannot be called: it fetches its tasks over HTTP. */
    HTTP_INBOX(AgentChannel.A2A_HTTP, "INBOX"),
    /** It is an HTTP service that knows nothing of A2A: its gateway calls it as its registration says. */
    PLAIN_HTTP(AgentChannel.A2A_HTTP, "PLAIN"),
    /** It is connected by A2A over MQTT 5. */
    MQTT5(AgentChannel.MQTT5, ""),
    /** It is connected by the JSON envelope over MQTT 3.1.1. */
    MQTT311(AgentChannel.MQTT311, "");

    private final AgentChannel channel;
    private final String mark;

    Reach(AgentChannel channel, String mark) {
        this.channel = channel;
        this.mark = mark;
    }

    /** How this one is reached; a mark that is not known here counts as none. */
    public static Reach of(AgentRegistration registration) {
        for (Reach reach : values()) {
            if (reach.channel == registration.getChannel() && reach.mark.equals(registration.getReach())) {
                return reach;
            }
        }
        return of(registration.getChannel());
    }

    /** The way that a channel alone means. */
    public static Reach of(AgentChannel channel) {
        switch (channel) {
            case A2A_HTTP:
                return A2A_HTTP;
            case MQTT5:
                return MQTT5;
            case MQTT311:
                return MQTT311;
        }
        throw new IllegalStateException("unknown channel: " + channel);
    }

    /** By its name in the API. */
    public static Optional<Reach> named(String name) {
        for (Reach reach : values()) {
            if (reach.name().equals(name)) {
                return Optional.of(reach);
            }
        }
        return Optional.empty();
    }

    /** The channel that a record of such an agent names. */
    public AgentChannel channel() {
        return channel;
    }

    /** What a record says beside the channel. */
    public String mark() {
        return mark;
    }

    /** Whether its gateway calls it, rather than waiting for it to connect. */
    public boolean isCalled() {
        return this == A2A_HTTP || this == PLAIN_HTTP;
    }
}
