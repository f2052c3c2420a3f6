package org.dmsc.router.checkpoint;

import java.util.Optional;
import java.util.OptionalLong;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.HeadsLog;
import org.dmsc.tenant.log.RecentNodes;
import org.dmsc.tenant.log.TreeHead;
import org.dmsc.tenant.log.Verdict;
import org.dmsc.tenant.log.Verdict.Tampered;

/**
 * The log over the tenants' logs as the signer knows it: its leaves are their checkpoints, in the order of the topic. One head of it says what
 * every tenant's log was. Not thread-safe.
 */
final class OperatorLog {

    /** A checkpoint waits no longer for the head that covers it. */
    static final long MOST_MS = 1000;

    private final HeadsLog leaves = new HeadsLog();
    private final RecentNodes nodes = new RecentNodes();
    private TreeHead published = new TreeHead(0, Hash.EMPTY);
    private Optional<Tampered> contradicted = Optional.empty();
    private OptionalLong waitingSince = OptionalLong.empty();

    /** The head that the file says was signed last; before anything is read. */
    void filed(TreeHead head) {
        leaves.expect(head);
    }

    /** A committed checkpoint of a tenant. */
    void leaf(byte[] note, long now) {
        leaves.leaf(note);
        nodes.add(Hash.leaf(note));
        if (waitingSince.isEmpty()) {
            waitingSince = OptionalLong.of(now);
        }
    }

    /** A committed head of this log. */
    void published(TreeHead head) {
        leaves.head(head);
        if (head.size() > published.size()) {
            signed(head);
        }
    }

    /** What is to be signed now: committed checkpoints only. */
    Optional<TreeHead> due(long now) {
        boolean waited = waitingSince.isPresent()
                && (now - waitingSince.getAsLong() >= MOST_MS || now < waitingSince.getAsLong());
        return waited && frozen().isEmpty() && leaves.tree().size() > published.size()
                ? Optional.of(leaves.tree())
                : Optional.empty();
    }

    /** It was signed, and is on the topic behind its leaves. */
    void signed(TreeHead head) {
        published = head;
        waitingSince = OptionalLong.empty();
    }

    TreeHead published() {
        return published;
    }

    RecentNodes nodes() {
        return nodes;
    }

    /** Nothing more of it is signed. */
    void freeze(Tampered why) {
        if (contradicted.isEmpty()) {
            contradicted = Optional.of(why);
        }
    }

    Optional<Tampered> frozen() {
        if (contradicted.isPresent()) {
            return contradicted;
        }
        Verdict verdict = leaves.verdict();
        return verdict instanceof Tampered found ? Optional.of(found) : Optional.empty();
    }
}
