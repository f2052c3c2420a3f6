package org.dmsc.tenant.mask;

/** What becomes of the fields that a path means. */
public record FieldRule(FieldPath path, MaskingAction action) {}
