package org.dmsc.node.config;

/** On or off, where a bare boolean would say nothing at the place of use. */
public enum Toggle {
    ON,
    OFF;

    /** Whether it is on. */
    public boolean isOn() {
        return this == ON;
    }
}
