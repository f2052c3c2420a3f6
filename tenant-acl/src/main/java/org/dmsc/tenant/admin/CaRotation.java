package org.dmsc.tenant.admin;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.TenantsGeneration;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.Pem;

/**
 * Replaces a tenant's issuing CA so that no certificate is refused at any moment.
 *
 * <pre>
 *   prepare the next ▸ record with it ▸ every live gateway has read it ▸ it signs ▸ record with it first
 *   an old one leaves record and key file when the last leaf that it can have signed has expired
 * </pre>
 * Interrupted at any point, the same call again goes on from there. MUST run once at a time for a tenant.
 */
final class CaRotation {

    /** Far more than a tenant has when it rotates each day; keeps its record small. */
    static final int MOST_OLD = 250;

    private final AdministrationParts parts;
    private final BiConsumer<TenantId, UnaryOperator<TenantRecord>> changes;
    private final LiveGateways gateways;

    /**
     * @param changes write a tenant's record, and refuse when somebody else changed it meanwhile
     */
    CaRotation(AdministrationParts parts, BiConsumer<TenantId, UnaryOperator<TenantRecord>> changes) {
        this.parts = parts;
        this.changes = changes;
        this.gateways = new LiveGateways(parts.clients(), parts.codec(), parts.clock());
    }

    /** The CA that signs from now on. */
    X509Certificate rotate(TenantId tenant) {
        List<X509Certificate> before = certificates(tenant);
        if (before.size() > MOST_OLD) {
            throw new RefusedException(
                    Refusal.QUOTA_EXCEEDED,
                    "tenant " + tenant + " has " + before.size() + " CAs whose leaves may be in use (expected at most "
                            + MOST_OLD + "; the oldest leave by themselves within " + FabricPki.MOST_AGENT_LIFE + ")");
        }
        X509Certificate next = parts.pki().prepareTenantCa(tenant);
        if (!before.contains(next)) {
            List<X509Certificate> announced = new ArrayList<>(before);
            announced.add(Math.min(1, announced.size()), next);
            write(tenant, announced);
        }
        gateways.awaitRead(TenantsGeneration.of(parts.tenants()));
        X509Certificate active = parts.pki().activateTenantCa(tenant);
        List<X509Certificate> after = new ArrayList<>(certificates(tenant));
        after.remove(active);
        after.add(0, active);
        write(tenant, withoutExpired(tenant, after));
        return active;
    }

    /** The list without the old CAs that can have no living leaf: each stopped to sign when the one before it in the list began. */
    private List<X509Certificate> withoutExpired(TenantId tenant, List<X509Certificate> newestFirst) {
        Instant now = parts.clock().instant();
        List<X509Certificate> kept = new ArrayList<>();
        for (int i = 0; i < newestFirst.size(); i++) {
            X509Certificate ca = newestFirst.get(i);
            if (i > 0 && now.isAfter(lastLeafEnds(newestFirst.get(i - 1)))) {
                parts.pki().forgetTenantCa(tenant, ca);
            } else {
                kept.add(ca);
            }
        }
        return kept;
    }

    private static Instant lastLeafEnds(X509Certificate successor) {
        return successor
                .getNotBefore()
                .toInstant()
                .plus(IssuedIdentity.BACKDATING)
                .plus(FabricPki.MOST_AGENT_LIFE)
                // Between being made and signing, a CA was announced.
                .plus(Duration.ofHours(1));
    }

    private List<X509Certificate> certificates(TenantId tenant) {
        return record(tenant).getCaCertificates().stream().map(Pem::certificate).toList();
    }

    private void write(TenantId tenant, List<X509Certificate> authorities) {
        List<String> all = authorities.stream().map(Pem::of).toList();
        changes.accept(
                tenant,
                record -> TenantRecord.newBuilder(record).setCaCertificates(all).build());
    }

    private TenantRecord record(TenantId tenant) {
        return parts.tenants()
                .find(tenant)
                .orElseThrow(() -> new RefusedException(
                        Refusal.TENANT_UNKNOWN,
                        "tenant " + tenant + " does not exist (expected one of this fabric; create it first)"));
    }
}
