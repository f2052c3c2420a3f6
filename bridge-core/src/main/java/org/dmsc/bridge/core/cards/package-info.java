/** Agent cards between whoever made them and the registry: whose they are, where they came from, whether they are still the same. */
@NullMarked
package org.dmsc.bridge.core.cards;

import org.jspecify.annotations.NullMarked;
