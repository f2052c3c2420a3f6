package org.dmsc.registry.topology;

import java.nio.ByteBuffer;
import org.dmsc.schemas.AgentRef;

/**
 * Open attempts in the registry's store, beside the agents: {@code <tenant>/<agent>|<task id>.<attempt>}, with the time of their assignment.
 * In clear, as the keys of the topic that they come from are; they hold names and a time.
 */
final class AttemptKeys {

    /** No name of a tenant or an agent holds it. */
    private static final char BAR = '|';

    private AttemptKeys() {}

    /** One as it was stored. */
    record Kept(String agent, String attempt, long since) {}

    static String of(AgentRef agent, String attempt) {
        return agent.toString() + BAR + attempt;
    }

    static byte[] value(long since) {
        return ByteBuffer.allocate(Long.BYTES).putLong(since).array();
    }

    static boolean isOne(String key) {
        return key.indexOf(BAR) >= 0;
    }

    static Kept read(String key, byte[] value) {
        int bar = key.indexOf(BAR);
        return new Kept(
                key.substring(0, bar),
                key.substring(bar + 1),
                ByteBuffer.wrap(value).getLong());
    }
}
