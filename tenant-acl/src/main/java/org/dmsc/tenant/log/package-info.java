/**
 * A transparency log as others read it: RFC 6962 hashing and proofs; C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-proof and tlog-cosignature. Knows
 * bytes, no audit records and no Kafka.
 */
@NullMarked
package org.dmsc.tenant.log;

import org.jspecify.annotations.NullMarked;
