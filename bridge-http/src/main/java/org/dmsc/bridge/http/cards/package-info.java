/** Cards as they were signed, and whether they were. What is published is signed by {@code CardSeal}, beside the pages. */
@NullMarked
package org.dmsc.bridge.http.cards;

import org.jspecify.annotations.NullMarked;
