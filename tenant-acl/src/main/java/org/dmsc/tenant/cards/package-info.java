/** Who may sign the cards of a tenant's agents, besides their own certificates. Keys come from the tenant's document and from nowhere else. */
@NullMarked
package org.dmsc.tenant.cards;

import org.jspecify.annotations.NullMarked;
