package org.dmsc.tenant.revocation;

import java.time.Duration;

/**
 * A gateway acted on a revocation.
 *
 * @param millis by the gateway's own clock, from the time in the revocation until its last connection was closed
 * @param cut connections that it closed
 * @param heardAfter from the moment that Kafka had the revocation until the acknowledgement was heard here, by this process's clock alone
 */
public record Acknowledgement(String gateway, long generation, long millis, int cut, Duration heardAfter) {}
