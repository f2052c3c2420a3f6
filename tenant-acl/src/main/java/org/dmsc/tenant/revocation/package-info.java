/** What is valid no more, how a gateway hears of it, and which live connections it concerns. Knows Kafka and no other protocol. */
@NullMarked
package org.dmsc.tenant.revocation;

import org.jspecify.annotations.NullMarked;
