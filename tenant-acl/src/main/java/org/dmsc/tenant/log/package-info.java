/**
 * A transparency log as others read it: RFC 6962 hashing and proofs; C2SP signed-note, tlog-checkpoint, tlog-tiles and tlog-proof. Knows
 * bytes, no audit records and no Kafka.
 */
@NullMarked
package org.dmsc.tenant.log;

import org.jspecify.annotations.NullMarked;
