package org.dmsc.tenant.admin;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.Pem;
import org.dmsc.tenant.token.TokenIssuer;
import org.dmsc.tenant.token.TokenKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes tenants and identities of agents. One tenant at a time; blocks, so it MUST NOT be called on an event loop.
 *
 * <pre>
 *   create: issuing CA ▸ root keys ▸ token key ▸ topics ▸ record on dmsc.sys.tenants ▸ canary
 * </pre>
 * The record comes last: whatever fails before it leaves no tenant, and the same call again goes on with what was already made.
 */
public final class TenantAdministration {

    /** How long the router may take to find the new tenant's topics. */
    public static final Duration CANARY_PATIENCE = Duration.ofSeconds(10);

    /** How long a token key signs before another follows by itself. */
    public static final Duration TOKEN_KEY_LIFE = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(TenantAdministration.class);
    private static final int LONGEST_NAME = 200;

    /** Owner of audit events that are no tenant's. */
    private static final String FABRIC = "sys";

    private final AdministrationParts parts;
    private final TokenIssuer tokens;
    private final TenantRecords records;
    private final Duration canaryPatience;

    public TenantAdministration(AdministrationParts parts) {
        this(parts, CANARY_PATIENCE);
    }

    TenantAdministration(AdministrationParts parts, Duration canaryPatience) {
        this.parts = parts;
        this.canaryPatience = canaryPatience;
        this.records = new TenantRecords(parts);
        this.tokens = new TokenIssuer(parts.tokenKeys(), parts.domain(), parts.clock());
    }

    /** As below, done by this node itself. */
    public CreatedTenant create(TenantId tenant, String displayName) {
        return create(tenant, displayName, parts.node());
    }

    /**
     * Makes a tenant.
     *
     * @param actor who wants it, for the audit log
     * @throws RefusedException DUPLICATE when it exists or once existed, UNAVAILABLE when Kafka fails
     */
    public synchronized CreatedTenant create(TenantId tenant, String displayName, SpiffeId actor) {
        requireNew(tenant);
        requireName(displayName);
        intend(AuditKind.TENANT_CREATED, tenant, actor, "");
        // Topics before keys: the routers look for new topics now and then, and find them while the keys are made.
        makeTopics(tenant);
        records.write(make(tenant, displayName));
        parts.audit()
                .accept(event(AuditKind.TENANT_CREATED, tenant, actor)
                        .setObject(tenant.value())
                        .build());
        boolean answered = new Canary(parts).singInNew(tenant, canaryPatience);
        LOG.atInfo()
                .addKeyValue("tenant", tenant)
                .addKeyValue("routerAnswered", answered)
                .log("tenant created");
        return new CreatedTenant(requireKnown(tenant), answered);
    }

    private void makeTopics(TenantId tenant) {
        try (Admin admin = parts.clients().admin()) {
            // First the rights: a reader by pattern must not meet a topic that it may not read yet.
            if (parts.fencing().isUp()) {
                new KafkaFences(admin).ensureTenant(tenant);
            }
            FabricTopics.createTenant(admin, tenant, parts.shape());
        }
    }

    /** All tenants, whatever their state. */
    public List<TenantRecord> list() {
        return parts.tenants().all();
    }

    /** Whether a router reads every lane of the tenant's tasks now. */
    public boolean isRouted(TenantId tenant, Duration atMost) {
        return new Canary(parts).sing(tenant, atMost);
    }

    /** As below, done by this node itself. */
    public AgentCredentials addAgent(AgentRef agent, Duration life) {
        return addAgent(agent, life, parts.node());
    }

    /**
     * Makes credentials for an agent of an active tenant. Made again, they are new ones; the old ones stay valid until they expire.
     *
     * @param life of the certificate, shortened to what the fabric allows
     * @throws RefusedException TENANT_UNKNOWN, TENANT_INACTIVE, INVALID_AGENT_ID for the gateway's own name
     */
    public synchronized AgentCredentials addAgent(AgentRef agent, Duration life, SpiffeId actor) {
        requireActive(agent.tenant());
        if (agent.agent().equals(AgentId.GATEWAY)) {
            throw new RefusedException(
                    Refusal.INVALID_AGENT_ID,
                    "agent id: 'gateway' is the fabric's own name in every tenant (expected any other)");
        }
        requireReadyToIssue(agent.tenant());
        IssuedIdentity identity = parts.pki().issueAgent(agent, life);
        String token = tokens.issue(agent, TokenIssuer.MOST_LIFE);
        parts.audit().accept(issued(agent, identity, actor));
        return new AgentCredentials(identity, parts.pki().root(), token);
    }

    /**
     * Writes a change of a tenant's record and waits until this process knows it.
     *
     * @param change given the record with its new generation and time; it MUST NOT set those
     * @throws RefusedException TENANT_UNKNOWN, UNAVAILABLE when somebody else changed it at the same moment
     */
    synchronized TenantRecord change(TenantId tenant, UnaryOperator<TenantRecord> change) {
        TenantRecord before = requireKnown(tenant);
        TenantRecord changed = change.apply(TenantRecord.newBuilder(before)
                .setGeneration(before.getGeneration() + 1)
                .setUpdatedAt(parts.clock().millis())
                .build());
        intend(AuditKind.TENANT_CHANGED, tenant, parts.node(), "generation " + changed.getGeneration());
        records.write(changed);
        if (!parts.tenants().find(tenant).filter(changed::equals).isPresent()) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "tenant " + tenant + " was changed by somebody else at the same moment (expected one change at a"
                            + " time; look at what stands and apply again)");
        }
        return changed;
    }

    /**
     * Publishes one more key of the tenant's token issuer, and takes back those that nobody can need any more. The new one signs when everybody
     * has had time to see it ({@link TokenKeys#PUBLISHED_AHEAD}); so no token is refused.
     */
    public synchronized TenantRecord rotateTokenKey(TenantId id, SpiffeId actor) {
        requireActive(id);
        int retired = parts.tokenKeys().retire(id, parts.clock().instant());
        String published = parts.tokenKeys().createFor(id, parts.clock().instant());
        TenantRecord changed = change(
                id,
                record ->
                        TenantRecord.newBuilder(record).setTokenKeys(published).build());
        parts.audit()
                .accept(event(AuditKind.TENANT_CHANGED, id, actor)
                        .setObject(id.value())
                        .setDetails(Map.of("changed", "token-keys", "retired", Integer.toString(retired)))
                        .build());
        return changed;
    }

    /** Rotates the token key of each active tenant whose newest one is older than {@link #TOKEN_KEY_LIFE}. */
    public void rotateOldTokenKeys() {
        Instant before = parts.clock().instant().minus(TOKEN_KEY_LIFE);
        for (TenantRecord tenant : parts.tenants().all()) {
            TenantId id = new TenantId(tenant.getTenant());
            if (tenant.getState() == TenantState.ACTIVE
                    && parts.tokenKeys().newestSince(id).filter(before::isAfter).isPresent()) {
                rotateTokenKey(id, parts.node());
            }
        }
    }

    /** Kafka clients of the tenants' own. */
    public KafkaReaders kafkaReaders() {
        return new KafkaReaders(parts, this);
    }

    /** From now on the sequencer copies the tenant's audit records to its own topic, which MUST exist. */
    void markAuditTopic(TenantId id) {
        if (!requireActive(id).getAuditTopic()) {
            TenantRecord unused = change(
                    id,
                    tenant ->
                            TenantRecord.newBuilder(tenant).setAuditTopic(true).build());
        }
    }

    /**
     * Returns when the tenant is active and has an issuing CA in force that every gateway knows.
     *
     * @throws RefusedException TENANT_UNKNOWN, TENANT_INACTIVE, UNAVAILABLE
     */
    public void requireReadyToIssue(TenantId tenant) {
        requireActive(tenant);
        if (parts.pki().isDue(tenant)) {
            rotateCa(tenant, parts.node());
        }
    }

    /**
     * Replaces the tenant's issuing CA; certificates of the one before stay valid until they expire.
     *
     * @param actor who wants it, for the audit log
     * @return the CA that signs from now on
     * @throws RefusedException TENANT_UNKNOWN, TENANT_INACTIVE, UNAVAILABLE when a gateway does not hear of it; then nothing has changed yet
     */
    public synchronized X509Certificate rotateCa(TenantId tenant, SpiffeId actor) {
        requireActive(tenant);
        X509Certificate active = new CaRotation(parts, this::change).rotate(tenant);
        parts.audit()
                .accept(event(AuditKind.CA_ROTATED, tenant, actor)
                        .setObject(tenant.value())
                        .setDetails(Map.of(
                                "serial", active.getSerialNumber().toString(16),
                                "notAfter", active.getNotAfter().toInstant().toString()))
                        .build());
        return active;
    }

    /**
     * Replaces the issuing CA of nodes and operators. Their certificates of the one before stay valid until they expire; whoever renews gets one
     * of the new.
     *
     * @param actor who wants it, for the audit log
     * @return the CA that signs from now on
     * @throws RefusedException UNAVAILABLE when the key file cannot be used; then nothing has changed
     */
    public synchronized X509Certificate rotatePlatformCa(SpiffeId actor) {
        parts.audit().accept(intent(AuditKind.CA_ROTATED, FABRIC, actor, "platform"));
        X509Certificate active = PlatformCaRotation.rotate(parts.pki(), parts.clock());
        parts.audit()
                .accept(event(AuditKind.CA_ROTATED, FABRIC, actor)
                        .setObject("platform")
                        .setDetails(Map.of(
                                "serial", active.getSerialNumber().toString(16),
                                "notAfter", active.getNotAfter().toInstant().toString()))
                        .build());
        return active;
    }

    private void requireNew(TenantId tenant) {
        Optional<TenantRecord> known = parts.tenants().find(tenant);
        if (known.isPresent()) {
            throw new RefusedException(
                    Refusal.DUPLICATE,
                    "tenant " + tenant + " exists and is " + known.get().getState()
                            + " (expected an id that was never used)");
        }
    }

    private static void requireName(String displayName) {
        if (displayName.length() > LONGEST_NAME || displayName.chars().anyMatch(Character::isISOControl)) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "display name: '" + Printable.of(displayName) + "' (expected at most " + LONGEST_NAME
                            + " printable characters)");
        }
    }

    private TenantRecord requireKnown(TenantId tenant) {
        return parts.tenants()
                .find(tenant)
                .orElseThrow(() -> new RefusedException(
                        Refusal.TENANT_UNKNOWN,
                        "tenant " + tenant + " does not exist (expected one of this fabric; create it first)"));
    }

    TenantRecord requireActive(TenantId tenant) {
        TenantRecord found = requireKnown(tenant);
        if (found.getState() != TenantState.ACTIVE) {
            throw new RefusedException(
                    Refusal.TENANT_INACTIVE, "tenant " + tenant + " is " + found.getState() + " (expected ACTIVE)");
        }
        return found;
    }

    private TenantRecord make(TenantId tenant, String displayName) {
        long now = parts.clock().millis();
        return TenantRecord.newBuilder()
                .setTenant(tenant.value())
                .setState(TenantState.ACTIVE)
                .setGeneration(1)
                .setDisplayName(displayName)
                .setCreatedAt(now)
                .setUpdatedAt(now)
                .setCaCertificates(List.of(Pem.of(parts.pki().createTenantCa(tenant))))
                .setRoutingKeyId(rootKey(tenant, KeyClass.ROUTING))
                .setPayloadKeyId(rootKey(tenant, KeyClass.PAYLOAD))
                .setTokenIssuer(TokenIssuer.issuerOf(parts.domain(), tenant))
                .setTokenKeys(tokenKeys(tenant))
                .setLimits(TenantLimits.newBuilder().build())
                .build();
    }

    private String rootKey(TenantId tenant, KeyClass keyClass) {
        return parts.vault()
                .newest(tenant, keyClass)
                .orElseGet(() -> parts.vault().create(tenant, keyClass));
    }

    private String tokenKeys(TenantId tenant) {
        try {
            return parts.tokenKeys().publicJwks(tenant);
        } catch (RefusedException e) {
            if (e.refusal() != Refusal.TENANT_UNKNOWN) {
                throw e;
            }
            return parts.tokenKeys().createFor(tenant, parts.clock().instant());
        }
    }

    private AuditEvent issued(AgentRef agent, IssuedIdentity identity, SpiffeId actor) {
        return event(AuditKind.IDENTITY_ISSUED, agent.tenant(), actor)
                .setObject(SpiffeId.agentUri(parts.domain(), agent))
                .setDetails(Map.of(
                        "serial", identity.leaf().getSerialNumber().toString(16),
                        "notAfter", identity.leaf().getNotAfter().toInstant().toString()))
                .build();
    }

    /**
     * Says what is about to be done, before it is: should the process die in between, the log has an intent without its end. Returns when the
     * log has it.
     */
    void intend(AuditKind kind, TenantId tenant, SpiffeId actor, String what) {
        parts.audit().accept(intent(kind, tenant.value(), actor, what));
    }

    private AuditEvent intent(AuditKind of, String owner, SpiffeId actor, String what) {
        return event(AuditKind.INTENT, owner, actor)
                .setObject(owner)
                .setDetails(what.isEmpty() ? Map.of("of", of.name()) : Map.of("of", of.name(), "what", what))
                .build();
    }

    AuditEvent.Builder event(AuditKind kind, TenantId tenant, SpiffeId actor) {
        return event(kind, tenant.value(), actor);
    }

    private AuditEvent.Builder event(AuditKind kind, String owner, SpiffeId actor) {
        return AuditEvent.newBuilder()
                .setEventId(parts.ids().get())
                .setTenant(owner)
                .setTime(parts.clock().millis())
                .setKind(kind)
                .setActor(actor.uri())
                .setNode(parts.node().uri());
    }
}
