/** What a known caller may do: pure rules and the one order in which they are asked. */
@NullMarked
package org.dmsc.tenant.policy;

import org.jspecify.annotations.NullMarked;
