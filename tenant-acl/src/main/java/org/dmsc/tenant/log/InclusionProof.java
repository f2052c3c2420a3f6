package org.dmsc.tenant.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * That a leaf is in a log, for somebody who has nothing but this, the leaf and the log's key (C2SP tlog-proof).
 *
 * @param path from the leaf upwards
 * @param note the signed checkpoint
 */
public record InclusionProof(long index, List<Hash> path, SignedNote note) {

    private static final String HEADER = "c2sp.org/tlog-proof@v1";
    private static final String INDEX = "index ";
    /** A log of more leaves than this many levels hold does not exist. */
    private static final int MOST_HASHES = 63;

    public InclusionProof {
        path = List.copyOf(path);
    }

    /** As a {@code .tlog-proof} file. */
    public String text() {
        StringBuilder text = new StringBuilder(HEADER + "\n" + INDEX + index + "\n");
        path.forEach(hash -> text.append(hash.base64()).append('\n'));
        return text.append('\n').append(note).toString();
    }

    /**
     * Reads a {@code .tlog-proof} file; extra data, which is not authenticated, is passed over.
     *
     * @throws org.dmsc.schemas.RefusedException UNREADABLE when it is none
     */
    public static InclusionProof parse(String text) {
        int gap = text.indexOf("\n\n");
        List<String> lines = gap < 0
                ? List.of()
                : new ArrayList<>(List.of(text.substring(0, gap).split("\n", -1)));
        if (lines.size() > 1 && lines.get(1).startsWith("extra ")) {
            byte[] unused = Text.decode(lines.remove(1).substring("extra ".length()));
        }
        if (lines.size() < 2
                || lines.size() > 2 + MOST_HASHES
                || !lines.get(0).equals(HEADER)
                || !lines.get(1).startsWith(INDEX)) {
            throw Text.unreadable("proof", HEADER + ", an index, hashes, an empty line and a checkpoint");
        }
        List<Hash> path =
                lines.subList(2, lines.size()).stream().map(Hash::parse).toList();
        return new InclusionProof(
                Text.number(lines.get(1).substring(INDEX.length())),
                path,
                SignedNote.parse(text.substring(gap + 2).getBytes(StandardCharsets.UTF_8)));
    }

    /** Whether it shows that this content is in the log of that key. */
    public boolean proves(byte[] leaf, NoteKey key) {
        Checkpoint checkpoint = Checkpoint.of(note);
        return checkpoint.origin().equals(key.name())
                && note.isSignedBy(key)
                && Proofs.includes(checkpoint.tree(), index, Hash.leaf(leaf), path);
    }
}
