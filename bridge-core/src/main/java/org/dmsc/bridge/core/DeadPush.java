package org.dmsc.bridge.core;

/**
 * A push notification configuration that was given up.
 *
 * @param callerAgent agent id (without tenant) of whose it is
 * @param reason refusal and sentence of the last try
 * @param failures one after the other
 */
public record DeadPush(String taskId, String configId, String callerAgent, String reason, int failures) {}
