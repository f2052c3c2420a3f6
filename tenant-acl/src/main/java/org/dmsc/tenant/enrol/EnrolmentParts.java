package org.dmsc.tenant.enrol;

import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.FabricPki;

/**
 * What {@link Enrolment} works with.
 *
 * @param readyToIssue returns when certificates of the tenant's CA are accepted everywhere; refuses tenants that are not active
 * @param audit MUST return when the event is kept, or throw UNAVAILABLE: nothing leaves before it is audited
 * @param ids of audit events
 * @param node identity of this process
 */
public record EnrolmentParts(
        FabricPki pki,
        OneTimeTokens tokens,
        EnrolmentLog log,
        Tenants tenants,
        FabricDomain domain,
        Consumer<TenantId> readyToIssue,
        Consumer<AuditEvent> audit,
        Supplier<String> ids,
        SpiffeId node,
        Clock clock) {}
