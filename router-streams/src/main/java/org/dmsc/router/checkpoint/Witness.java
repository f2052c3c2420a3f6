package org.dmsc.router.checkpoint;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.dmsc.tenant.log.CosignerKey;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.SignedNote;

/** Somebody outside who remembers what the operator log said, and signs only what extends it (C2SP tlog-witness). MUST NOT block. */
public interface Witness {

    /** What its cosignatures are verified with. */
    CosignerKey key();

    /**
     * Shows it a checkpoint. A failed stage: it cannot be reached.
     *
     * @param old the size that it is believed to know; 0: none
     * @param proof that the tree of the old size is the beginning of the checkpoint's
     */
    CompletionStage<Answer> add(long old, List<Hash> proof, SignedNote checkpoint);

    /** What it says. */
    sealed interface Answer {

        /** 200, with its signature lines. */
        record Cosigned(List<String> lines) implements Answer {
            public Cosigned {
                lines = List.copyOf(lines);
            }
        }

        /** 409: it knows another size. */
        record Knows(long size) implements Answer {}

        /** 422: what is shown to it does not extend what it saw. */
        record Contradicts(String why) implements Answer {}

        /** Anything else: it does not know the log, or its key. */
        record Refused(String why) implements Answer {}
    }
}
