package org.dmsc.node.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Help.Ansi;

/** How far something is, on standard error: one line that is written over on a terminal, else a line now and then. Not thread-safe. */
final class ProgressBar {

    private static final int WIDTH = 30;
    private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long EVERY_LINE = TimeUnit.SECONDS.toNanos(5);

    private final String what;
    private final PrintWriter out;
    private final boolean terminal;
    private final long begun = System.nanoTime();
    private long told = begun;
    private boolean shown;

    ProgressBar(String what, PrintWriter out) {
        this.what = what;
        this.out = out;
        this.terminal = Ansi.AUTO.enabled();
    }

    /** So many of so many; short work shows nothing. */
    void at(long done, long all) {
        if (isDue()) {
            int filled = (int) (WIDTH * done / Math.max(1, all));
            tell(String.format(
                    Locale.ROOT,
                    "%s [%s%s] %3d %%, %,d of %,d, %,d/s",
                    what,
                    "#".repeat(filled),
                    ".".repeat(WIDTH - filled),
                    100 * done / Math.max(1, all),
                    done,
                    all,
                    perSecond(done)));
        }
    }

    /** So many, where nobody knows how many there will be. */
    void counted(long done) {
        if (isDue()) {
            tell(String.format(Locale.ROOT, "%s, %,d, %,d/s", what, done, perSecond(done)));
        }
    }

    /** Nothing comes after this. */
    void end() {
        if (terminal && shown) {
            out.println();
            out.flush();
        }
    }

    private boolean isDue() {
        return System.nanoTime() - told >= (terminal ? EVERY : EVERY_LINE);
    }

    private long perSecond(long done) {
        return done * TimeUnit.SECONDS.toNanos(1) / Math.max(1, System.nanoTime() - begun);
    }

    private void tell(String line) {
        told = System.nanoTime();
        shown = true;
        if (terminal) {
            out.print("\r" + line);
        } else {
            out.println(line);
        }
        out.flush();
    }
}
