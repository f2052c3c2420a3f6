package org.dmsc.tenant.log;

import java.util.Locale;

/** Where tiles are, below a folder or a URL (C2SP tlog-tiles). Pure. */
public final class TilePath {

    /** Hashes or entries in a full tile. */
    public static final int WIDTH = 256;

    /** Levels of the tree in a tile. */
    static final int HEIGHT = 8;

    private static final int GROUP = 1000;

    private TilePath() {}

    /** The tile of these hashes; narrower than {@link #WIDTH} at the right edge only. */
    public static String hashes(int level, long tile, int width) {
        return "tile/" + level + "/" + number(tile) + partial(width);
    }

    /** The bundle of these entries. */
    public static String entries(long tile, int width) {
        return "tile/entries/" + number(tile) + partial(width);
    }

    /** How wide a tile is in a row of that many hashes; 0 when it is not there. */
    static int width(long row, long tile) {
        return (int) Math.max(0, Math.min(WIDTH, row - tile * WIDTH));
    }

    private static String partial(int width) {
        return width == WIDTH ? "" : ".p/" + width;
    }

    private static String number(long tile) {
        StringBuilder path = new StringBuilder(String.format(Locale.ROOT, "%03d", tile % GROUP));
        for (long rest = tile / GROUP; rest > 0; rest /= GROUP) {
            path.insert(0, String.format(Locale.ROOT, "x%03d/", rest % GROUP));
        }
        return path.toString();
    }
}
