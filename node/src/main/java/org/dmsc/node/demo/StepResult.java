package org.dmsc.node.demo;

/**
 * One line of the table at the end.
 *
 * @param asked what somebody wanted
 * @param observed what came over the wire
 */
record StepResult(String step, Outcome outcome, String asked, String observed, long millis) {

    /** Whether it was seen. */
    enum Outcome {
        OBSERVED,
        FAILED
    }
}
