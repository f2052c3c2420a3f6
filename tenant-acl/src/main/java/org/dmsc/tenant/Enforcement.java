package org.dmsc.tenant;

/** Whether a rule acts, or only says (log and audit) what it would have done. */
public enum Enforcement {
    ENFORCED,
    DRY_RUN
}
