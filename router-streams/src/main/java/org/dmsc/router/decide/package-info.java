/**
 * The delegation decision as a pure function: who may do a task, who is best, and when to wait or give up. No Kafka, no clock, no I/O;
 * randomness comes in.
 */
@NullMarked
package org.dmsc.router.decide;

import org.jspecify.annotations.NullMarked;
