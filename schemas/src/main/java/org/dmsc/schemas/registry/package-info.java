/** Schema ids: one interface, embedded in a topic or an outside Confluent-compatible registry. */
@NullMarked
package org.dmsc.schemas.registry;

import org.jspecify.annotations.NullMarked;
