/** What tenants may do to each other, against a whole fabric. */
@NullMarked
package org.dmsc.node.policy;

import org.jspecify.annotations.NullMarked;
