/**
 * The sequencer of the audit log: drops what was written twice and gives each tenant's records a gap-free index. The Merkle tree and its
 * checkpoints are made from {@code dmsc.audit} by another application.
 */
@NullMarked
package org.dmsc.router.audit;

import org.jspecify.annotations.NullMarked;
