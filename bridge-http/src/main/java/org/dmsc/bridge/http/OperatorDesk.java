package org.dmsc.bridge.http;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.admin.AgentCredentials;
import org.dmsc.tenant.admin.CreatedTenant;
import org.dmsc.tenant.admin.KafkaAccess;
import org.dmsc.tenant.admin.TenantAdministration;
import org.dmsc.tenant.admin.TenantConfiguration;
import org.dmsc.tenant.admin.TenantLife;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.revocation.RevocationKey;
import org.dmsc.tenant.revocation.Revoked;

/** What an operator can do through the API. Calls MAY block: the edge makes them on a thread for that. */
public interface OperatorDesk {

    /** Makes a tenant. */
    CreatedTenant create(TenantId tenant, String displayName, SpiffeId actor);

    /** All tenants. */
    List<TenantRecord> list();

    /** Tenants' documents. */
    TenantConfiguration configuration();

    /** What happens to tenants after they were made. */
    TenantLife life();

    /** Issues an agent's certificate and token. */
    AgentCredentials addAgent(AgentRef agent, Duration life, SpiffeId actor);

    /** Revokes; the stage completes when the live gateways have acted on it, at the latest after the wait. */
    CompletionStage<Revoked> revoke(RevocationKey key, String reason, SpiffeId actor, Duration wait);

    /** What revokes. */
    @FunctionalInterface
    interface Revoking {
        CompletionStage<Revoked> revoke(RevocationKey key, String reason, SpiffeId actor, Duration wait);
    }

    /** Publishes one more token key of a tenant. */
    TenantRecord rotateTokenKey(TenantId tenant, SpiffeId actor);

    /** Gives a Kafka client of a tenant's own its certificate and rights. */
    KafkaAccess admitKafka(TenantId tenant, String name, Duration life, SpiffeId actor);

    /** Takes that client's rights away. */
    void dismissKafka(TenantId tenant, String name, SpiffeId actor);

    /** The administration of this process. */
    static OperatorDesk of(
            TenantAdministration administration,
            TenantConfiguration configuration,
            TenantLife life,
            Revoking revoking) {
        return new OperatorDesk() {
            @Override
            public CompletionStage<Revoked> revoke(RevocationKey key, String reason, SpiffeId actor, Duration wait) {
                return revoking.revoke(key, reason, actor, wait);
            }

            @Override
            public CreatedTenant create(TenantId tenant, String displayName, SpiffeId actor) {
                return administration.create(tenant, displayName, actor);
            }

            @Override
            public List<TenantRecord> list() {
                return administration.list();
            }

            @Override
            public TenantConfiguration configuration() {
                return configuration;
            }

            @Override
            public TenantLife life() {
                return life;
            }

            @Override
            public AgentCredentials addAgent(AgentRef agent, Duration life, SpiffeId actor) {
                return administration.addAgent(agent, life, actor);
            }

            @Override
            public TenantRecord rotateTokenKey(TenantId tenant, SpiffeId actor) {
                return administration.rotateTokenKey(tenant, actor);
            }

            @Override
            public KafkaAccess admitKafka(TenantId tenant, String name, Duration life, SpiffeId actor) {
                return administration.kafkaReaders().admit(tenant, name, life, actor);
            }

            @Override
            public void dismissKafka(TenantId tenant, String name, SpiffeId actor) {
                administration.kafkaReaders().dismiss(tenant, name, actor);
            }
        };
    }
}
