package org.dmsc.bridge.core.push;

import java.util.function.Supplier;
import org.dmsc.bridge.core.PushConfig;
import org.dmsc.schemas.avro.PushRecord;

/**
 * One configuration as the topic has it.
 *
 * @param config opens the sealed part: asked for only when somebody needs the address
 * @param offset its place in the topic
 */
public record PushEntry(PushKey key, PushRecord record, Supplier<PushConfig> config, long offset) {}
