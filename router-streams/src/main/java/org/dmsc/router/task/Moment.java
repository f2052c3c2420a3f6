package org.dmsc.router.task;

/** When a decision is made, and how much of the registry was known then. */
public record Moment(long now, long registryOffset) {}
