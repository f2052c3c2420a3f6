package org.dmsc.bridge.core;

/** Whether it is known that the agent did not do the work. */
public enum Certainty {
    /** It did not: another attempt does no harm. */
    CERTAIN,
    /** It may have. */
    UNCERTAIN
}
