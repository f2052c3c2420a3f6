/**
 * Vectors of meaning from an outside model: optional, off by default, and never waited for. What is made of them when skills are ranked does
 * not belong here.
 */
@NullMarked
package org.dmsc.tenant.embed;

import org.jspecify.annotations.NullMarked;
