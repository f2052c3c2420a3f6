/** What a tenant's policy says, compiled: immutable records and pure functions over them. Reads no topic, no file, no clock. */
@NullMarked
package org.dmsc.tenant.rules;

import org.jspecify.annotations.NullMarked;
