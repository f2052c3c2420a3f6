package org.dmsc.node;

import org.dmsc.node.cli.CommandLineFactory;

/** Entry point of {@code dmsc}. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        int exitCode = CommandLineFactory.make().execute(args);
        System.exit(exitCode);
    }
}
