/**
 * What every bridge does the same way: sessions, lanes, sealing, submitting, delivering, awaiting.
 * Knows no protocol: those live in the modules above.
 */
@NullMarked
package org.dmsc.bridge.core;

import org.jspecify.annotations.NullMarked;
