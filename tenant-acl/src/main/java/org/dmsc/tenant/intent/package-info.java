/**
 * What a request says, and what was learnt from the requests that were served: pure, without Kafka. Which skills there are and who may see
 * them does not belong here. See docs/intent.md.
 */
@NullMarked
package org.dmsc.tenant.intent;

import org.jspecify.annotations.NullMarked;
