/** What this process tells the registry and the audit log, and how the audit log is read. */
@NullMarked
package org.dmsc.bridge.core.trail;

import org.jspecify.annotations.NullMarked;
