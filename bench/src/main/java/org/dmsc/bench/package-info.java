/**
 * Measures the fabric from outside. Nothing depends on this module.
 */
@NullMarked
package org.dmsc.bench;

import org.jspecify.annotations.NullMarked;
