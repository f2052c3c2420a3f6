package org.dmsc.bridge.core.watch;

import java.util.Optional;
import java.util.function.Supplier;
import org.dmsc.schemas.avro.TaskEvent;

/**
 * An event whose routing part was opened.
 *
 * @param payload opens the payload; only asked for when the caller may see the event
 * @param offset its place, -1 when not known
 */
record SeenEvent(TaskEvent event, Supplier<Optional<byte[]>> payload, long offset) {}
