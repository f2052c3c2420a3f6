/**
 * Composes the roles of one process: launcher, configuration, command line, embedded Kafka.
 * Holds no logic of its own.
 */
@NullMarked
package org.dmsc.node;

import org.jspecify.annotations.NullMarked;
