package org.dmsc.node.fabric;

import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.dmsc.bridge.core.assembly.BridgeCore;
import org.dmsc.bridge.http.OperatorDesk;
import org.dmsc.bridge.http.PkiDesk;
import org.dmsc.tenant.admin.AdministrationParts;
import org.dmsc.tenant.admin.LifeParts;
import org.dmsc.tenant.admin.TenantAdministration;
import org.dmsc.tenant.admin.TenantConfiguration;
import org.dmsc.tenant.admin.TenantLife;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.oauth.TokenDesk;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.revocation.RevocationKey;
import org.dmsc.tenant.revocation.Revoker;
import org.dmsc.tenant.token.TokenIssuer;

/** What an HTTP edge offers beside the others where the fabric's keys folder is: operators, enrolment, tokens. */
final class AuthoritiesRole {

    /** What others may take to do their part when a tenant leaves. */
    private static final Duration LIFE_PATIENCE = Duration.ofSeconds(5);

    private final Parts parts;
    private final Foundation foundation;
    private final FabricDomain domain;
    private final SpiffeId self;
    private final AdministrationParts tenantParts;
    private final TenantAdministration administration;

    /** What of the gateway it works with. */
    record Parts(
            Foundation foundation,
            Keyring keyring,
            Envelopes envelopes,
            BridgeCore core,
            RevocationRole revocations,
            Renewal renewal,
            Supplier<IssuedIdentity> identity,
            CallerAuthenticator authenticator,
            Closing closing) {}

    AuthoritiesRole(Parts parts) {
        this.parts = parts;
        this.foundation = parts.foundation();
        this.domain = new FabricDomain(foundation.config().domain());
        this.self = SpiffeId.node(
                domain, KafkaRole.GATEWAY.kind(), foundation.config().node());
        this.tenantParts = tenantParts();
        this.administration = new TenantAdministration(tenantParts);
        parts.renewal().also("operator", () -> parts.keyring().renewOperator(foundation.clock()));
        parts.renewal().also("token keys", administration::rotateOldTokenKeys);
    }

    OperatorDesk operators() {
        Revoker revoker = parts.revocations().revoker(parts.core().audit(), parts.closing());
        return OperatorDesk.of(
                administration,
                new TenantConfiguration(administration, tenantParts),
                new TenantLife(administration, tenantParts, life(revoker)),
                (key, reason, actor, wait) -> parts.revocations()
                        .revoke(
                                revoker,
                                parts.core().reports(),
                                parts.revocations().order(key, reason, actor),
                                wait));
    }

    PkiDesk pki() {
        return Pki.desk(
                foundation,
                parts.keyring(),
                administration,
                parts.revocations().list(),
                parts.core().audit()::recordFirst,
                parts.closing());
    }

    TokenDesk tokens() {
        return new TokenDesk(
                parts.authenticator(),
                domain,
                foundation.agents(),
                new TokenIssuer(parts.keyring().tokens(), domain, foundation.clock()),
                foundation.clock());
    }

    private LifeParts life(Revoker revoker) {
        return new LifeParts(
                foundation.agents(),
                agent -> parts.core().reports().unregister(agent),
                (tenant, actor) -> RevocationRole.heard(parts.revocations()
                        .revoke(
                                revoker,
                                parts.core().reports(),
                                parts.revocations().order(RevocationKey.tenant(tenant), "offboarded", actor),
                                LIFE_PATIENCE)
                        .toCompletableFuture()
                        .join()),
                parts.identity(),
                LIFE_PATIENCE);
    }

    private AdministrationParts tenantParts() {
        return new AdministrationParts(
                foundation.kafka().as(KafkaRole.ADMIN),
                foundation.codec(),
                parts.envelopes(),
                foundation.tenants(),
                parts.keyring().pki(),
                parts.keyring().vault(Set.of(KeyClass.ROUTING, KeyClass.PAYLOAD)),
                parts.keyring().tokens(),
                domain,
                Foundation.shape(foundation.config()),
                foundation.clock(),
                () -> UUID.randomUUID().toString(),
                parts.core().audit()::recordFirst,
                self,
                foundation.kafka().fencing());
    }
}
