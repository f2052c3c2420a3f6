package org.dmsc.node.demo;

/** A step did not show what it should: what was expected, what came, and where to look. */
final class DemoFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String came;
    private final String log;

    DemoFailure(String expected, String came, String log) {
        super("expected " + expected + ", came " + came + " (log: " + log + ")");
        this.expected = expected;
        this.came = came;
        this.log = log;
    }

    String expected() {
        return expected;
    }

    String came() {
        return came;
    }

    /** A file, or what else tells more. */
    String log() {
        return log;
    }
}
