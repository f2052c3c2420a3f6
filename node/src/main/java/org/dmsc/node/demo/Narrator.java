package org.dmsc.node.demo;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Tells what happens, as it happens. */
final class Narrator {

    private final PrintWriter out;
    private final LongSupplier nanos;
    private final long begun;

    Narrator(PrintWriter out, LongSupplier nanos) {
        this.out = out;
        this.nanos = nanos;
        this.begun = nanos.getAsLong();
    }

    /** Since the beginning. */
    long millis() {
        return (nanos.getAsLong() - begun) / 1_000_000;
    }

    /** A new chapter. */
    void chapter(String title) {
        line("");
        line(String.format(Locale.ROOT, "[%5.1f s] %s", millis() / 1000.0, title));
    }

    /** Somebody says something to somebody. */
    void says(String from, String to, String what) {
        line(String.format(Locale.ROOT, "    %-9s -> %-9s  %s", from, to, what));
    }

    /** Something that was seen. */
    void saw(String what) {
        line("                             " + what);
    }

    /** The end of a chapter. */
    void done(StepResult result) {
        String mark = result.outcome() == StepResult.Outcome.OBSERVED ? "  ok  " : " FAIL ";
        line("   " + mark + " " + result.observed());
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }
}
