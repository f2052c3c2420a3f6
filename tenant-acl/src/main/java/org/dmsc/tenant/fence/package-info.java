/**
 * The second fence, Kafka's own: mutual TLS between the fabric's processes and its brokers, and what each of them may do there. The first
 * fence, policy at the edges, is not here.
 */
@NullMarked
package org.dmsc.tenant.fence;

import org.jspecify.annotations.NullMarked;
