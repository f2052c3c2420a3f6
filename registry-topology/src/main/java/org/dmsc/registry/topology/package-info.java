/** The Streams shell around the rules of health: opening reports, the store, sealing and writing snapshots. No judgement belongs here. */
@NullMarked
package org.dmsc.registry.topology;

import org.jspecify.annotations.NullMarked;
