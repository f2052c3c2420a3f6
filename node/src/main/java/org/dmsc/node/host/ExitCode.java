package org.dmsc.node.host;

/** What {@code dmsc} answers to the shell; stable, documented in docs/configuration.md. */
public enum ExitCode {
    OK(0),
    /** The fabric said no, or what was asked for failed. */
    REFUSED(1),
    /** The command line or the configuration is wrong. */
    USAGE(2),
    /** No fabric answers where one was expected. */
    UNREACHABLE(3),
    /** A port or the data folder is taken. */
    IN_USE(4),
    /** A fault inside the node. */
    FAULT(5);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number. */
    public int code() {
        return code;
    }
}
