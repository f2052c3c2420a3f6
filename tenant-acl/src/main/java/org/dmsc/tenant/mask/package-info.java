/** Masking of messages: what a profile says about fields and words, and the pure function that acts on it. */
@NullMarked
package org.dmsc.tenant.mask;

import org.jspecify.annotations.NullMarked;
