/** What devices are owed, on Kafka. */
@NullMarked
package org.dmsc.bridge.core.owed;

import org.jspecify.annotations.NullMarked;
