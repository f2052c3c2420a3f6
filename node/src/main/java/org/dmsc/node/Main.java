package org.dmsc.node;

import java.util.Arrays;
import org.dmsc.node.cli.CommandLineFactory;

/** Entry point of {@code dmsc}. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        int exitCode = CommandLineFactory.makeFor(args).execute(args);
        // System.exit gives threads in native code 300 ms to come out of it, and an HTTP client's selector never does.
        if (exitCode != 0 || othersKeepUsAlive()) {
            System.exit(exitCode);
        }
    }

    private static boolean othersKeepUsAlive() {
        Thread[] threads = new Thread[Thread.activeCount() + 16];
        int found = Thread.enumerate(threads);
        return found == threads.length
                || Arrays.stream(threads, 0, found)
                        .anyMatch(thread -> !thread.isDaemon() && thread != Thread.currentThread());
    }
}
