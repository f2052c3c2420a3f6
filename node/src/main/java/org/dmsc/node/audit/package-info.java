/**
 * The audit log as it is on Kafka: bytes, signatures and what they prove, read past the fabric's own interface. Commands print it; nothing
 * here prints.
 */
@NullMarked
package org.dmsc.node.audit;

import org.jspecify.annotations.NullMarked;
