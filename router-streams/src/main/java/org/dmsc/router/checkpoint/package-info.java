/**
 * The signer of the audit log: follows {@code dmsc.audit}, keeps each tenant's tree, signs what extends what it signed before, and nothing
 * else. It shares nothing with the sequencer but the topic.
 */
@NullMarked
package org.dmsc.router.checkpoint;

import org.jspecify.annotations.NullMarked;
