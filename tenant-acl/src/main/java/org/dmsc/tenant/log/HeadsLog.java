package org.dmsc.tenant.log;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dmsc.tenant.log.Verdict.Tampered;
import org.dmsc.tenant.log.Verdict.Whole;

/**
 * Checks a log whose leaves are the signed heads of other logs, in the order in which they were published, while its own heads lie between them:
 * a head speaks of what is before it. Not thread-safe.
 */
public final class HeadsLog {

    private final Frontier tree = new Frontier();
    private final Map<Long, Hash> roots = new HashMap<>();
    private final Map<Long, Hash> expected = new HashMap<>();
    private long largest;
    private long covered;
    private Optional<Tampered> fault = Optional.empty();

    /** A head that is remembered from elsewhere: as soon as there are as many leaves the root must be this one. */
    public void expect(TreeHead head) {
        expected.put(head.size(), head.root());
        largest = Math.max(largest, head.size());
    }

    /** The next leaf: a checkpoint of another log, as it was published. */
    public void leaf(byte[] note) {
        if (fault.isPresent()) {
            return;
        }
        tree.add(Hash.leaf(note));
        Hash wanted = expected.get(tree.size());
        if (wanted != null) {
            compare(new TreeHead(tree.size(), wanted));
        }
    }

    /** A head of this log, verified; once more when others have signed it. */
    public void head(TreeHead head) {
        if (fault.isPresent()) {
            return;
        }
        largest = Math.max(largest, head.size());
        if (head.size() == tree.size()) {
            compare(head);
        } else if (head.size() > tree.size()) {
            found(tree.size(), "the log has " + tree.size() + " checkpoints where " + head.size() + " were signed");
        } else if (!Optional.of(head.root()).equals(Optional.ofNullable(roots.get(head.size())))) {
            found(Math.min(covered, Math.max(0, head.size() - 1)), "another root was signed for size " + head.size());
        }
    }

    private void compare(TreeHead head) {
        if (head.root().equals(tree.root())) {
            roots.put(head.size(), head.root());
            covered = head.size();
            return;
        }
        fault = Optional.of(new Tampered(
                covered,
                Math.max(0, head.size() - 1),
                "the root of " + head.size() + " checkpoints is " + tree.root() + " and not the signed "
                        + head.root()));
    }

    private void found(long index, String what) {
        fault = Optional.of(new Tampered(index, index, what));
    }

    /** Leaves so far. */
    public TreeHead tree() {
        return new TreeHead(tree.size(), tree.root());
    }

    /** What all of it says. */
    public Verdict verdict() {
        if (fault.isPresent()) {
            return fault.get();
        }
        if (largest > tree.size()) {
            return new Tampered(
                    tree.size(),
                    tree.size(),
                    "the log ends after " + tree.size() + " checkpoints, and " + largest + " were signed");
        }
        return new Whole(tree(), covered);
    }
}
