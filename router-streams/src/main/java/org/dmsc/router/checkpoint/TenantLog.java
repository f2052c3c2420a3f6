package org.dmsc.router.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dmsc.schemas.serde.AuditLeaf;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.LogCheck;
import org.dmsc.tenant.log.TreeHead;
import org.dmsc.tenant.log.Verdict;
import org.dmsc.tenant.log.Verdict.Tampered;
import org.dmsc.tenant.log.Verdict.Whole;

/**
 * One tenant's log as the signer knows it: what was signed, and the leaves that were read. Once something contradicts what was signed it
 * signs nothing more. Not thread-safe.
 */
final class TenantLog {

    /** So many leaves are signed at once, however soon they come. */
    static final int MOST_LEAVES = 1024;

    /** A leaf waits no longer, with as much again for reading, signing and writing before the promised second is over. */
    static final long MOST_MS = 500;

    private static final TreeHead NOTHING = new TreeHead(0, Hash.EMPTY);

    private final LogCheck leaves = new LogCheck(AuditLeaf::index);
    private TreeHead published = NOTHING;
    private OptionalLong waitingSince = OptionalLong.empty();
    private Optional<Tampered> frozen = Optional.empty();

    /** A head that the topic says was signed. */
    void published(TreeHead head) {
        leaves.expect(List.of(head));
        if (head.size() > published.size()) {
            published = head;
        }
    }

    /**
     * The head that the file says was signed last. The file is written before the topic, so it is never behind what was published from here.
     *
     * @param ownHead the largest that the topic has from this signer
     */
    void filed(TreeHead head, TreeHead ownHead) {
        leaves.expect(List.of(head));
        if (head.size() < ownHead.size()) {
            freeze(new Tampered(
                    head.size(),
                    head.size(),
                    "the file of signed heads says " + head.size() + " leaves, and this signer published "
                            + ownHead.size() + ": the file was rolled back"));
        }
    }

    void freeze(Tampered why) {
        if (frozen.isEmpty()) {
            frozen = Optional.of(why);
        }
    }

    /** A committed leaf. */
    void add(byte[] leaf, long now) {
        leaves.add(leaf);
        leaves.fault().ifPresent(this::freeze);
        if (waitingSince.isEmpty() && leaves.size() > published.size()) {
            waitingSince = OptionalLong.of(now);
        }
    }

    /** All that was committed when it started is read: what was signed must be there now. */
    void caughtUp() {
        if (leaves.verdict() instanceof Tampered found) {
            freeze(found);
        }
    }

    /** What is to be signed now. */
    Optional<TreeHead> due(long now) {
        // A clock that was set back has the wait over: nobody waits for it to catch up.
        boolean waited = waitingSince.isPresent()
                && (now - waitingSince.getAsLong() >= MOST_MS || now < waitingSince.getAsLong());
        boolean due = waited || leaves.size() - published.size() >= MOST_LEAVES;
        if (!due || frozen.isPresent() || leaves.size() <= published.size()) {
            return Optional.empty();
        }
        Verdict verdict = leaves.verdict();
        return verdict instanceof Whole whole ? Optional.of(whole.tree()) : Optional.empty();
    }

    /** It was signed and is on the topic. */
    void signed(TreeHead head) {
        published = head;
        waitingSince = OptionalLong.empty();
    }

    Optional<Tampered> frozen() {
        return frozen;
    }

    long size() {
        return leaves.size();
    }
}
