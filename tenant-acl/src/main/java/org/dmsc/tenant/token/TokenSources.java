package org.dmsc.tenant.token;

import java.time.Clock;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.FabricDomain;

/**
 * Where a {@link TokenVerifier} gets what it believes.
 *
 * @param outside the tenants' own issuers
 * @param outsideKeys their keys
 */
public record TokenSources(
        Tenants tenants, FabricDomain domain, OutsideIssuers outside, OutsideKeys outsideKeys, Clock clock) {}
