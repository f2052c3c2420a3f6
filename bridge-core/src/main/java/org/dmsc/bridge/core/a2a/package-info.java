/**
 * A2A 1.0 as JSON, the same for HTTP and MQTT: reading requests and agents' answers, writing tasks, events, cards and errors.
 * Pure: no I/O, no threads; whatever is wrong is refused with a sentence that names the field.
 */
@NullMarked
package org.dmsc.bridge.core.a2a;

import org.jspecify.annotations.NullMarked;
