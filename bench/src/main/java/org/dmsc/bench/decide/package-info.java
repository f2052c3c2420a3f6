/** What deciding costs: cards of a made-up fabric, restored from a real broker as production does it, and decisions over them. */
@NullMarked
package org.dmsc.bench.decide;

import org.jspecify.annotations.NullMarked;
