package org.dmsc.tenant.admin;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.KeyClass;

/**
 * What happens to a tenant after it was made. Each change is one record on {@code dmsc.sys.tenants}, which every process hears. Blocks, so it
 * MUST NOT be called on an event loop.
 *
 * <pre>
 *   ACTIVE ──suspend──▶ SUSPENDED ──resume──▶ ACTIVE
 *      └───────────────────┴──offboard──▶ OFFBOARDED, for ever
 * </pre>
 *
 * Suspended: its requests are refused, its connections are cut, nothing new is given to its agents. What an agent works on already may end;
 * its result waits. Tasks that wait go on waiting, until resumption or their deadline.
 */
public final class TenantLife {

    private final TenantAdministration administration;
    private final AdministrationParts parts;
    private final LifeParts life;

    public TenantLife(TenantAdministration administration, AdministrationParts parts, LifeParts life) {
        this.administration = administration;
        this.parts = parts;
        this.life = life;
    }

    /**
     * Stops a tenant; done twice it changes nothing.
     *
     * @throws RefusedException TENANT_UNKNOWN, TENANT_INACTIVE when it has left
     */
    public synchronized TenantRecord suspend(TenantId tenant, SpiffeId actor) {
        return change(tenant, TenantState.SUSPENDED, actor);
    }

    /**
     * Lets a tenant go on; done twice it changes nothing.
     *
     * @throws RefusedException TENANT_UNKNOWN, TENANT_INACTIVE when it has left, or begun to leave: without keys it can do nothing
     */
    public synchronized TenantRecord resume(TenantId tenant, SpiffeId actor) {
        for (KeyClass keyClass : KeyClass.values()) {
            if (parts.tenants().find(tenant).isPresent()
                    && parts.vault().newest(tenant, keyClass).isEmpty()) {
                throw new RefusedException(
                        Refusal.TENANT_INACTIVE,
                        "tenant " + tenant + " has no " + keyClass.label()
                                + " key any more (expected one; was its offboarding interrupted? then offboard it again)");
            }
        }
        return change(tenant, TenantState.ACTIVE, actor);
    }

    /**
     * Makes a new root key. Records are sealed under it from now on; those under older keys can still be read.
     *
     * @return the id of the new key
     * @throws RefusedException TENANT_UNKNOWN, TENANT_INACTIVE when it has left
     */
    public synchronized String rotateKey(TenantId tenant, KeyClass keyClass, SpiffeId actor) {
        requireNotGone(tenant);
        String made = parts.vault().create(tenant, keyClass);
        administration.change(
                tenant,
                record -> keyClass == KeyClass.ROUTING
                        ? TenantRecord.newBuilder(record).setRoutingKeyId(made).build()
                        : TenantRecord.newBuilder(record).setPayloadKeyId(made).build());
        audit(tenant, actor, Map.of("change", "key rotated", "key", made));
        return made;
    }

    /**
     * Ends a tenant: its keys are destroyed, and with them everything it ever sent. There is no way back. Interrupted, it can be called again
     * and goes on.
     *
     * @param confirmation the tenant's id, once more
     * @throws RefusedException INVALID_REQUEST without confirmation, TENANT_UNKNOWN, UNAVAILABLE when Kafka fails
     */
    public synchronized Offboarded offboard(TenantId tenant, String confirmation, SpiffeId actor) {
        if (!confirmation.equals(tenant.value())) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "confirm: is not '" + tenant
                            + "' (expected the tenant's id once more: offboarding destroys its keys)");
        }
        requireKnown(tenant);
        return new Offboarding(administration, parts, life, tenant, actor).run();
    }

    private TenantRecord change(TenantId tenant, TenantState to, SpiffeId actor) {
        TenantRecord before = requireNotGone(tenant);
        if (before.getState() == to) {
            return before;
        }
        TenantRecord changed = administration.change(
                tenant, record -> TenantRecord.newBuilder(record).setState(to).build());
        audit(
                tenant,
                actor,
                Map.of(
                        "change",
                                to == TenantState.ACTIVE ? "resumed" : to.name().toLowerCase(Locale.ROOT),
                        "from", before.getState().name(),
                        "to", to.name()));
        return changed;
    }

    private void audit(TenantId tenant, SpiffeId actor, Map<String, String> details) {
        parts.audit()
                .accept(administration
                        .event(AuditKind.TENANT_CHANGED, tenant, actor)
                        .setObject(tenant.value())
                        .setDetails(details)
                        .build());
    }

    private TenantRecord requireKnown(TenantId tenant) {
        return parts.tenants()
                .find(tenant)
                .orElseThrow(() -> new RefusedException(
                        Refusal.TENANT_UNKNOWN,
                        "tenant " + tenant + " does not exist (expected one of this fabric: dmsc tenant list)"));
    }

    private TenantRecord requireNotGone(TenantId tenant) {
        return Optional.of(requireKnown(tenant))
                .filter(record -> record.getState() != TenantState.OFFBOARDED)
                .orElseThrow(() -> new RefusedException(
                        Refusal.TENANT_INACTIVE,
                        "tenant " + tenant
                                + " is OFFBOARDED: its keys were destroyed (expected a tenant that has not left)"));
    }
}
