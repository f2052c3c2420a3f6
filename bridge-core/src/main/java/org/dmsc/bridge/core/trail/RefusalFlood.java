package org.dmsc.bridge.core.trail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.schemas.Refusal;

/**
 * Keeps refusals from burying the audit log: the first few of one actor for one reason in an interval are let through, the others are counted
 * and come out as one at its end. Many actors at once (anonymous addresses can be had for nothing) are counted as one. Pure but for its state;
 * MUST be guarded by its owner.
 */
final class RefusalFlood {

    private static final int SINGLY = 20;
    private static final int MOST_ACTORS = 2000;
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final String EVERYBODY_ELSE = "*";

    /** Refusals that were not written one by one. */
    record Summary(RefusalNote example, long count) {}

    private record Key(String tenant, String actor, Refusal refusal, RefusalNote.Weight weight) {}

    private static final class Tally {
        private int singly;
        private long counted;
        private RefusalNote newest;

        Tally(RefusalNote first) {
            newest = first;
        }
    }

    private final Map<Key, Tally> tallies = new LinkedHashMap<>();
    private long intervalBegan;

    RefusalFlood(long now) {
        intervalBegan = now;
    }

    /** Whether this one is to be written by itself; otherwise it is counted. */
    boolean singly(RefusalNote note) {
        Tally tally = tally(note);
        if (tally.singly < SINGLY) {
            tally.singly++;
            return true;
        }
        tally.counted++;
        tally.newest = note;
        return false;
    }

    private Tally tally(RefusalNote note) {
        String tenant = note.tenant().map(Object::toString).orElse("");
        String actor = tallies.size() < MOST_ACTORS ? note.actor() : EVERYBODY_ELSE;
        return tallies.computeIfAbsent(new Key(tenant, actor, note.refusal(), note.weight()), key -> new Tally(note));
    }

    /** What could not be written is counted again: it comes out with the next interval, and is not lost while Kafka is away. */
    void again(Summary unwritten) {
        RefusalNote note = unwritten.example();
        Tally tally = tally(note);
        tally.counted += unwritten.count();
        tally.newest = note;
    }

    /** What was counted, once the interval is over. */
    List<Summary> drain(long now) {
        if (now - intervalBegan < INTERVAL.toMillis() && now >= intervalBegan) {
            return List.of();
        }
        return drainNow(now);
    }

    List<Summary> drainNow(long now) {
        intervalBegan = now;
        List<Summary> summaries = new ArrayList<>();
        tallies.values().stream()
                .filter(tally -> tally.counted > 0)
                .forEach(tally -> summaries.add(new Summary(tally.newest, tally.counted)));
        tallies.clear();
        return summaries;
    }
}
