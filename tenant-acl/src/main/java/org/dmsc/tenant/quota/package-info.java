/**
 * How much of the fabric each tenant takes: counted and limited in memory, shared between gateways by reports. Asks nobody per request; knows
 * no protocol.
 */
@NullMarked
package org.dmsc.tenant.quota;

import org.jspecify.annotations.NullMarked;
