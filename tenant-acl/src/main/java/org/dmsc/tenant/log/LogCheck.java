package org.dmsc.tenant.log;

import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import org.dmsc.tenant.log.Verdict.Tampered;
import org.dmsc.tenant.log.Verdict.Whole;

/**
 * Checks a log leaf by leaf against all heads that were ever signed: each leaf must say the index that it has, and at each signed size the
 * root must be the signed one. Whatever comes after the first fault is not looked at. Not thread-safe.
 */
public final class LogCheck {

    private final NavigableMap<Long, Hash> signed = new TreeMap<>();
    private final Function<byte[], OptionalLong> indexes;
    private final Frontier tree = new Frontier();
    private long proven;
    private Optional<Tampered> fault = Optional.empty();

    /**
     * Begins with the first leaf.
     *
     * @param indexes reads the index that a leaf says it has; empty when it is none of ours
     */
    public LogCheck(Function<byte[], OptionalLong> indexes) {
        this.indexes = indexes;
    }

    /** Adds heads, verified ones, MUST NOT be smaller than what was added already. */
    public void expect(Collection<TreeHead> heads) {
        for (TreeHead head : heads) {
            Hash other = signed.putIfAbsent(head.size(), head.root());
            if (other != null && !other.equals(head.root())) {
                found(new Tampered(
                        proven(head.size()),
                        Math.max(0, head.size() - 1),
                        "two roots were signed for size " + head.size() + ": " + other + " and " + head.root()));
            }
        }
    }

    private long proven(long below) {
        return Math.min(proven, Math.max(0, below - 1));
    }

    /** The next leaf. */
    public void add(byte[] leaf) {
        if (fault.isPresent()) {
            return;
        }
        long index = tree.size();
        OptionalLong said = indexes.apply(leaf);
        if (said.isEmpty() || said.getAsLong() != index) {
            String found =
                    said.isEmpty() ? "a record that is no audit record" : "a record of index " + said.getAsLong();
            found(new Tampered(index, index, found + " is at index " + index));
            return;
        }
        tree.add(Hash.leaf(leaf));
        Hash root = signed.get(tree.size());
        if (root == null) {
            return;
        }
        if (root.equals(tree.root())) {
            proven = tree.size();
        } else {
            found(new Tampered(
                    proven,
                    index,
                    "the root of " + tree.size() + " leaves is " + tree.root() + " and not the signed " + root));
        }
    }

    /** How many leaves were added. */
    public long size() {
        return tree.size();
    }

    /** What was found so far; empty as long as all is well. */
    public Optional<Tampered> fault() {
        return fault;
    }

    /** What all leaves together say: also whether some that were signed are missing at the end. */
    public Verdict verdict() {
        if (fault.isPresent()) {
            return fault.get();
        }
        Map.Entry<Long, Hash> largest = signed.lastEntry();
        if (largest != null && largest.getKey() > tree.size()) {
            return new Tampered(
                    tree.size(),
                    tree.size(),
                    "the log ends after " + tree.size() + " leaves, and " + largest.getKey() + " were signed");
        }
        if (largest != null && largest.getKey() == 0 && !largest.getValue().equals(Hash.EMPTY)) {
            return new Tampered(0, 0, "an empty log was signed with root " + largest.getValue());
        }
        return new Whole(new TreeHead(tree.size(), tree.root()), proven);
    }

    private void found(Tampered what) {
        if (fault.isEmpty()) {
            fault = Optional.of(what);
        }
    }
}
