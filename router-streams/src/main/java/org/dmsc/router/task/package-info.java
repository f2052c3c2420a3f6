/**
 * The life of one task as a pure state machine: what a record, a wish or the clock does to it, and what has to be written then. No Kafka and
 * no keys; the topology carries the effects out.
 */
@NullMarked
package org.dmsc.router.task;

import org.jspecify.annotations.NullMarked;
