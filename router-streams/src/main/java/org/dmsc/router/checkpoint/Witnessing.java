package org.dmsc.router.checkpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.CosignerKey;
import org.dmsc.tenant.log.Proofs;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.Verdict.Tampered;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the operator log's heads to the witnesses, one at a time to each, and collects what they sign. Only its answers come on other threads.
 *
 * <pre>
 *   head is published ─▶ add-checkpoint to each witness ─▶ cosigned: published once more with the cosignature
 *                                  ▲                    ├─▶ knows another size: shown again, from that size
 *                                  └──── a second ◀─────┴─▶ refused, away: counted
 * </pre>
 */
final class Witnessing {

    /** Nodes kept for a witness that does not answer; then it is given up until the next start. */
    private static final int MOST_NODES = 1_000_000;

    private static final long AGAIN_MS = 1000;
    private static final int KEPT_NOTES = 64;
    private static final Logger LOG = LoggerFactory.getLogger(Witnessing.class);

    private final List<One> all;
    private final SignerCounters counters;
    private final OperatorLog log;
    /** The newest heads, with the cosignatures that came so far, by size. */
    private final TreeMap<Long, SignedNote> notes = new TreeMap<>();

    /** By witness, what it cosigned and is not published yet. */
    private final Map<String, SignedNote> fresh = new HashMap<>();

    Witnessing(List<Witness> witnesses, OperatorLog log, SignerCounters counters) {
        this.all = witnesses.stream().map(One::new).toList();
        this.log = log;
        this.counters = counters;
    }

    /** A witness and what it knows. */
    private static final class One {
        private final Witness witness;
        private final Queue<Runnable> news = new ConcurrentLinkedQueue<>();
        private long knows;
        /** The smallest size that it may know. */
        private long least = Long.MAX_VALUE;

        private boolean asked;
        private boolean lost;
        private long notBefore = Long.MIN_VALUE;

        One(Witness witness) {
            this.witness = witness;
        }
    }

    /** A head on the topic, with whatever cosignatures it has. */
    void published(SignedNote note) {
        long size = Checkpoint.of(note).tree().size();
        for (One one : all) {
            if (one.witness.key().cosigned(note).isPresent() && size > one.knows) {
                one.knows = size;
                one.least = size;
            }
        }
        notes.merge(
                size, note, (a, b) -> b.signatures().size() >= a.signatures().size() ? b : a);
        while (notes.size() > KEPT_NOTES) {
            notes.pollFirstEntry();
        }
        forget();
    }

    /** Takes what came, shows what is new; returns heads that have a cosignature more than on the topic. */
    List<SignedNote> turn(long now) {
        List<SignedNote> cosigned = new ArrayList<>();
        for (One one : all) {
            for (Runnable news = one.news.poll(); news != null; news = one.news.poll()) {
                news.run();
            }
            Optional.ofNullable(fresh.remove(one.witness.key().name())).ifPresent(cosigned::add);
            show(one, now);
        }
        forget();
        return cosigned;
    }

    private void show(One one, long now) {
        long size = log.published().size();
        SignedNote note = notes.get(size);
        boolean early = now < one.notBefore && one.notBefore - now <= AGAIN_MS;
        if (one.asked || one.lost || early || note == null || size <= one.knows) {
            return;
        }
        one.asked = true;
        one.least = Math.min(one.least, one.knows == 0 ? size : one.knows);
        SignedNote own = note.only(Checkpoint.of(note).origin());
        long old = one.knows;
        one.witness
                .add(old, Proofs.consistency(log.nodes(), old, size), own)
                .whenComplete((answer, failure) -> one.news.add(() -> {
                    one.asked = false;
                    one.notBefore = now + AGAIN_MS;
                    if (failure != null) {
                        counters.unwitnessed();
                        LOG.atDebug()
                                .addKeyValue("witness", one.witness.key())
                                .addKeyValue("cause", failure.toString())
                                .log("a witness cannot be reached");
                    } else {
                        heard(one, size, answer);
                    }
                }));
    }

    private void heard(One one, long size, Witness.Answer answer) {
        if (answer instanceof Witness.Answer.Cosigned cosigned) {
            cosigned(one, size, cosigned.lines());
        } else if (answer instanceof Witness.Answer.Knows other) {
            // What it signed and we did not hear of; or its state is another one than it was.
            if (other.size() == 0
                    || (other.size() >= one.least
                            && other.size() <= log.published().size())) {
                one.knows = other.size();
                one.notBefore = Long.MIN_VALUE;
            } else {
                contradicted(
                        one,
                        "it knows " + other.size() + " leaves (expected " + one.knows + " to "
                                + log.published().size() + "): this log was rolled back, or the witness");
            }
        } else if (answer instanceof Witness.Answer.Contradicts other) {
            contradicted(one, other.why());
        } else if (answer instanceof Witness.Answer.Refused refused) {
            lost(one, refused.why());
        }
    }

    private void cosigned(One one, long size, List<String> lines) {
        CosignerKey key = one.witness.key();
        SignedNote note = notes.get(size);
        if (note == null) {
            return;
        }
        SignedNote with = note;
        for (String line : lines) {
            with = with.with(line);
        }
        if (key.cosigned(with).isEmpty()) {
            lost(one, "its answer has no valid cosignature of " + key);
            return;
        }
        one.knows = size;
        one.least = size;
        notes.put(size, with);
        fresh.put(key.name(), with);
        counters.cosigned();
    }

    /** What it saw of this log and what this log says now cannot both be true: whoever asks us next must not get a signature. */
    private void contradicted(One one, String why) {
        long size = log.published().size();
        log.freeze(new Tampered(one.knows, Math.max(one.knows, size), "witness " + one.witness.key() + ": " + why));
        lost(one, why);
    }

    private void lost(One one, String why) {
        one.lost = true;
        counters.witnessRefused();
        LOG.atError()
                .addKeyValue("witness", one.witness.key())
                .addKeyValue("cause", why)
                .log("a witness does not sign the operator log: it is not asked again before the next start");
    }

    private void forget() {
        if (log.nodes().kept() > MOST_NODES) {
            all.stream()
                    .filter(one -> !one.lost && one.least < log.published().size())
                    .forEach(one -> lost(one, "it did not answer for too long"));
        }
        long from = all.stream()
                .filter(one -> !one.lost)
                .mapToLong(one -> one.least)
                .min()
                .orElse(Long.MAX_VALUE);
        log.nodes().forget(Math.min(from, log.nodes().size()));
    }
}
