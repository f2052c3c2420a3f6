/** The pure reading of a task's events, shared by router and bridges. */
@NullMarked
package org.dmsc.schemas.task;

import org.jspecify.annotations.NullMarked;
