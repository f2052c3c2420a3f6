/** How agents and nodes get certificates by themselves: one-time tokens, certificate requests and EST's decisions. No HTTP here. */
@NullMarked
package org.dmsc.tenant.enrol;

import org.jspecify.annotations.NullMarked;
