/**
 * Learns from finished tasks which intents which skills solve, once for each tenant. What is made of it when a task is delegated does not
 * belong here.
 */
@NullMarked
package org.dmsc.router.learn;

import org.jspecify.annotations.NullMarked;
