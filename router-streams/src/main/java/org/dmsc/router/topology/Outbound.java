package org.dmsc.router.topology;

import java.util.OptionalInt;
import org.apache.kafka.common.header.Headers;

/**
 * A record to be written, already in its wire format.
 *
 * @param partition where it must go; empty where its key decides
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared or changed, only handed on.
record Outbound(String topic, OptionalInt partition, String key, byte[] value, Headers headers) {}
