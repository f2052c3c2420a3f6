package org.dmsc.tenant.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.document.Change;
import org.dmsc.tenant.document.PolicyDiff;
import org.dmsc.tenant.document.PolicyReader;
import org.dmsc.tenant.document.ReadDocument;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.policy.PolicyTexts;
import org.dmsc.tenant.rules.Offer;
import org.dmsc.tenant.rules.TenantPolicy;

/**
 * The configuration API: a tenant's document as a whole, read, compared and applied. A change is one record on {@code dmsc.sys.tenants} and
 * touches only its tenant. Blocks, so it MUST NOT be called on an event loop.
 *
 * <pre>
 *   operator         any tenant, the whole document
 *   administrator    its own tenant; not what the fabric grants it: {@link #OPERATORS_ONLY}
 * </pre>
 */
public final class TenantConfiguration {

    /** Sections that a tenant cannot change itself. */
    static final List<String> OPERATORS_ONLY = List.of("administrators", "limits", "quotas", "region");

    private static final int MOST_PATHS = 100;

    private final TenantAdministration administration;
    private final AdministrationParts parts;
    private final PolicyTexts texts;

    public TenantConfiguration(TenantAdministration administration, AdministrationParts parts) {
        this.administration = administration;
        this.parts = parts;
        this.texts = new PolicyTexts(parts.envelopes());
    }

    /** A document that stands, with the generation of its record. */
    public record Shown(TenantRecord record, ObjectNode document) {}

    /**
     * What was applied, or would be.
     *
     * @param generation of the record that says so; that of the record before when nothing changes
     */
    public record Applied(TenantId tenant, long generation, List<Change> changes) {

        public Applied {
            changes = List.copyOf(changes);
        }
    }

    /**
     * The tenant's document as it stands.
     *
     * @throws RefusedException TENANT_UNKNOWN, NOT_PERMITTED, UNREADABLE
     */
    public Shown show(TenantId tenant, Caller actor) {
        requireEntitled(tenant, actor);
        TenantRecord record = requireKnown(tenant);
        return new Shown(record, texts.open(record));
    }

    /**
     * What applying the document would change; nothing is written.
     *
     * @throws RefusedException INVALID_CONFIGURATION with all faults, NOT_PERMITTED
     */
    public Applied diff(TenantId tenant, ObjectNode document, Caller actor) {
        requireEntitled(tenant, actor);
        Optional<TenantRecord> record = parts.tenants().find(tenant);
        ObjectNode before = record.map(known -> standing(known, actor)).orElseGet(document::objectNode);
        long generation = record.map(TenantRecord::getGeneration).orElse(0L);
        PolicyReader.read(tenant, document, generation + 1);
        return new Applied(tenant, generation, permitted(tenant, PolicyDiff.between(before, document), actor));
    }

    /**
     * Makes the document the tenant's; a tenant that does not exist is created, by operators only. The same document again changes nothing.
     *
     * @throws RefusedException INVALID_CONFIGURATION with all faults, NOT_PERMITTED, TENANT_INACTIVE, UNAVAILABLE
     */
    public Applied apply(TenantId tenant, ObjectNode document, Caller actor) {
        Applied planned = diff(tenant, document, actor);
        if (parts.tenants().find(tenant).isEmpty()) {
            String name = document.path("display-name").asText(tenant.value());
            administration.create(tenant, name, actor.id());
        } else if (planned.changes().isEmpty()) {
            return planned;
        }
        TenantRecord changed = administration.change(tenant, record -> withDocument(record, document, actor));
        audit(tenant, changed, planned, actor);
        return new Applied(tenant, changed.getGeneration(), planned.changes());
    }

    private TenantRecord withDocument(TenantRecord record, ObjectNode document, Caller actor) {
        TenantId tenant = new TenantId(record.getTenant());
        if (record.getState() == TenantState.OFFBOARDED) {
            throw new RefusedException(
                    Refusal.TENANT_INACTIVE, "tenant " + tenant + " is OFFBOARDED (expected one that is there)");
        }
        ReadDocument read = PolicyReader.read(tenant, document, record.getGeneration());
        return TenantRecord.newBuilder(record)
                .setDisplayName(read.displayName().orElse(record.getDisplayName()))
                .setLimits(read.limits())
                .setPolicy(texts.seal(
                        tenant,
                        record.getGeneration(),
                        document,
                        actor.id().uri(),
                        parts.clock().millis()))
                .build();
    }

    /** An operator may replace what cannot be read, for instance after a newer fabric wrote it; nobody else may guess. */
    private ObjectNode standing(TenantRecord record, Caller actor) {
        try {
            return texts.open(record);
        } catch (RefusedException e) {
            if (e.refusal() == Refusal.UNREADABLE && actor.kind() == Caller.Kind.OPERATOR) {
                return JsonNodeFactory.instance.objectNode();
            }
            throw e;
        }
    }

    private List<Change> permitted(TenantId tenant, List<Change> changes, Caller actor) {
        if (actor.kind() == Caller.Kind.OPERATOR) {
            return changes;
        }
        List<String> forbidden = changes.stream()
                .map(Change::path)
                .filter(path -> OPERATORS_ONLY.stream().anyMatch(section -> belongs(path, section)))
                .toList();
        if (!forbidden.isEmpty()) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    String.join(", ", forbidden) + ": not for an administrator of tenant " + tenant
                            + " (expected them as they stand, or an operator)");
        }
        return changes;
    }

    private static boolean belongs(String path, String section) {
        return path.equals(section) || path.startsWith(section + ".") || path.startsWith(section + "[");
    }

    /** Nobody learns which tenants exist by asking: an unknown one and another's are refused alike. */
    private void requireEntitled(TenantId tenant, Caller actor) {
        boolean administrator = actor.agent()
                .filter(agent ->
                        agent.tenant().equals(tenant) && administrators(tenant).contains(agent.agent()))
                .isPresent();
        if (actor.kind() != Caller.Kind.OPERATOR && !administrator) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    actor.id() + ": may not configure tenant " + tenant
                            + " (expected an operator, or an agent that its document names among its administrators)");
        }
    }

    private Set<AgentId> administrators(TenantId tenant) {
        return parts.tenants()
                .find(tenant)
                .map(record -> PolicyReader.read(tenant, texts.open(record), record.getGeneration())
                        .policy())
                .map(TenantPolicy::administrators)
                .orElse(Set.of());
    }

    private TenantRecord requireKnown(TenantId tenant) {
        return parts.tenants()
                .find(tenant)
                .orElseThrow(() -> new RefusedException(
                        Refusal.TENANT_UNKNOWN,
                        "tenant " + tenant + " does not exist (expected one of 'dmsc tenant list')"));
    }

    /** Which keys changed, never to what: a document may hold what is nobody else's to know. Partners of grants hear of theirs. */
    private void audit(TenantId tenant, TenantRecord changed, Applied planned, Caller actor) {
        Map<String, String> details = new TreeMap<>();
        details.put("generation", Long.toString(changed.getGeneration()));
        details.put("changes", Integer.toString(planned.changes().size()));
        List<String> paths = planned.changes().stream().map(Change::path).toList();
        parts.audit()
                .accept(administration
                        .event(AuditKind.TENANT_CHANGED, tenant, actor.id())
                        .setObject(tenant.value())
                        .setReasons(paths.size() > MOST_PATHS ? paths.subList(0, MOST_PATHS) : paths)
                        .setDetails(details)
                        .build());
        PolicyReader.read(tenant, texts.open(changed), changed.getGeneration()).policy().offers().stream()
                .filter(offer -> mentions(paths, offer)
                        && parts.tenants().find(offer.importer()).isPresent())
                .forEach(offer -> parts.audit()
                        .accept(administration
                                .event(AuditKind.TENANT_CHANGED, offer.importer(), actor.id())
                                .setObject("grant " + tenant + "/" + offer.id())
                                .setReasons(List.of("offered"))
                                .build()));
    }

    private static boolean mentions(List<String> paths, Offer offer) {
        return paths.stream().anyMatch(path -> path.startsWith("grants.offers[" + offer.id() + "]"));
    }
}
