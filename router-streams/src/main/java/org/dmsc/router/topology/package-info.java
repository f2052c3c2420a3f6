/** The Streams shell around the rules: reading and opening records, stores, sealing and writing. No decision belongs here. */
@NullMarked
package org.dmsc.router.topology;

import org.jspecify.annotations.NullMarked;
