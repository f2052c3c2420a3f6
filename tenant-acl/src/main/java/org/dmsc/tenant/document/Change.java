package org.dmsc.tenant.document;

import java.util.Optional;

/** One value of a document that differs: empty before, it is new; empty after, it is gone. */
public record Change(String path, Optional<String> before, Optional<String> after) {}
