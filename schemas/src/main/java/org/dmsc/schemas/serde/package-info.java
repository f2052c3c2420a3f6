/** Avro records as bytes: the Confluent wire format and plain binary. */
@NullMarked
package org.dmsc.schemas.serde;

import org.jspecify.annotations.NullMarked;
