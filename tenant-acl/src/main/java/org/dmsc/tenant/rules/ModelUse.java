package org.dmsc.tenant.rules;

/** Whether a tenant lets texts of its requests and skills be shown to the operator's model of meaning, which is no part of the fabric. */
public enum ModelUse {
    NEVER,
    ALLOWED
}
