package org.dmsc.schemas.registry;

/**
 * A schema under a subject.
 *
 * @param id the same for the same text under any subject
 * @param version 1, 2, 3 … within the subject
 */
public record SubjectVersion(String subject, int version, int id, String schema) {}
