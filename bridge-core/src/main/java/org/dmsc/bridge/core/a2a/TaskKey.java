package org.dmsc.bridge.core.a2a;

/** The fabric's names of a task, as every message and event about it carries them. */
public record TaskKey(String taskId, String contextId) {}
