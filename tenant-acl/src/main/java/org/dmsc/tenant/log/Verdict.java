package org.dmsc.tenant.log;

/** What a check of a log found. */
public sealed interface Verdict {

    /**
     * Nothing was removed, changed, reordered or cut off.
     *
     * @param tree all leaves
     * @param covered how many of them a checkpoint speaks for; those after it are not signed yet
     */
    record Whole(TreeHead tree, long covered) implements Verdict {}

    /**
     * The log is not what was signed.
     *
     * @param first the first bad index, or the earliest that it can be
     * @param latest the same where it is known exactly, else the latest that it can be
     */
    record Tampered(long first, long latest, String what) implements Verdict {

        /** In words. */
        public String sentence() {
            return (first == latest
                            ? "first bad index " + first
                            : "first bad index " + first + " or after it, up to " + latest)
                    + ": " + what;
        }
    }
}
