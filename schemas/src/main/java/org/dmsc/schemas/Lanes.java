package org.dmsc.schemas;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/** Lane arithmetic (design 6): a lane is the partition number that every tenant topic of the fabric shares. */
public final class Lanes {

    private Lanes() {}

    /** The lane of an id: the partition Kafka's default partitioner gives to the same key, so foreign producers agree. */
    public static int of(String id, int lanes) {
        return Utils.toPositive(Utils.murmur2(id.getBytes(StandardCharsets.UTF_8))) % lanes;
    }
}
