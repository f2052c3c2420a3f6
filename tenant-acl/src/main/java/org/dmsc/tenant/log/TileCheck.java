package org.dmsc.tenant.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.dmsc.tenant.log.Verdict.Tampered;

/**
 * Checks exported tiles, offline: each entry against its index, its hash in the tiles and the signed root. Because every leaf has its hash
 * in a tile, a changed leaf is named exactly.
 */
public final class TileCheck {

    private final TileFolder tiles;
    private final TreeHead head;
    private final LogCheck log;
    private final TileRows rows = new TileRows(this::compare);
    private final List<Tampered> faults = new ArrayList<>();

    private TileCheck(Path folder, TreeHead head, Function<byte[], OptionalLong> indexes) {
        this.tiles = new TileFolder(folder, head.size());
        this.head = head;
        this.log = new LogCheck(indexes);
        log.expect(List.of(head));
    }

    /**
     * Checks a folder.
     *
     * @param keys of the log, one of which must have signed the checkpoint
     * @param indexes reads the index that a leaf says it has
     * @param progress is told how many leaves were looked at
     * @throws org.dmsc.schemas.RefusedException UNREADABLE when there is no readable checkpoint
     */
    public static Verdict check(
            Path folder, List<NoteKey> keys, Function<byte[], OptionalLong> indexes, LongConsumer progress) {
        SignedNote note = TileFolder.checkpoint(folder);
        Checkpoint checkpoint = Checkpoint.of(note);
        if (keys.stream().noneMatch(key -> key.name().equals(checkpoint.origin()) && note.isSignedBy(key))) {
            return new Tampered(
                    0,
                    Math.max(0, checkpoint.tree().size() - 1),
                    "the checkpoint of '" + checkpoint.origin() + "' is not signed with a key of this log " + keys);
        }
        return new TileCheck(folder, checkpoint.tree(), indexes).run(progress);
    }

    private Verdict run(LongConsumer progress) {
        for (long tile = 0; tile * TilePath.WIDTH < head.size() && faults.isEmpty(); tile++) {
            List<byte[]> entries = tiles.entries(tile);
            entries.forEach(this::add);
            progress.accept(Math.min(head.size(), tile * TilePath.WIDTH + entries.size()));
            if (entries.size() < TilePath.width(head.size(), tile)) {
                long missing = tile * TilePath.WIDTH + entries.size();
                faults.add(new Tampered(missing, missing, "entry " + missing + " is missing"));
            }
        }
        rows.finish();
        log.fault().ifPresent(faults::add);
        Optional<Tampered> first = faults.stream()
                .min(Comparator.comparingLong(Tampered::latest)
                        .thenComparing(Tampered::first, Comparator.reverseOrder()));
        return first.isPresent() ? first.get() : log.verdict();
    }

    private void add(byte[] leaf) {
        rows.add(Hash.leaf(leaf));
        log.add(leaf);
    }

    /** What was counted here against the tile that lies there. */
    private void compare(int level, long tile, byte[] hashes) {
        int width = TilePath.width(head.size() >> (level * TilePath.HEIGHT), tile);
        byte[] there = tiles.hashes(level, tile, width).orElse(new byte[0]);
        int differs = Arrays.mismatch(hashes, there);
        if (differs < 0) {
            return;
        }
        // Cut short by what is reported as missing already: only what both have can differ.
        if (differs == hashes.length && hashes.length < width * Hash.BYTES) {
            return;
        }
        long place = tile * TilePath.WIDTH + differs / Hash.BYTES;
        long first = place << (level * TilePath.HEIGHT);
        long latest = level == 0 ? first : Math.min(head.size(), (place + 1) << (level * TilePath.HEIGHT)) - 1;
        faults.add(new Tampered(
                first, latest, TilePath.hashes(level, tile, width) + " has another hash than the entries give"));
    }
}
