/** The one place that makes Kafka clients, and the in-memory views of compacted topics. No meaning of any record belongs here. */
@NullMarked
package org.dmsc.tenant.kafka;

import org.jspecify.annotations.NullMarked;
