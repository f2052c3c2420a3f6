package org.dmsc.bridge.http;

import java.time.Duration;
import java.util.List;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.admin.AgentCredentials;
import org.dmsc.tenant.admin.CreatedTenant;
import org.dmsc.tenant.admin.KafkaAccess;
import org.dmsc.tenant.admin.TenantAdministration;
import org.dmsc.tenant.admin.TenantConfiguration;
import org.dmsc.tenant.identity.SpiffeId;

/** What an operator can do through the API. Calls MAY block: the edge makes them on a thread for that. */
public interface OperatorDesk {

    /** Makes a tenant. */
    CreatedTenant create(TenantId tenant, String displayName, SpiffeId actor);

    /** All tenants. */
    List<TenantRecord> list();

    /** Tenants' documents. */
    TenantConfiguration configuration();

    /** Issues an agent's certificate and token. */
    AgentCredentials addAgent(AgentRef agent, Duration life, SpiffeId actor);

    /** Gives a Kafka client of a tenant's own its certificate and rights. */
    KafkaAccess admitKafka(TenantId tenant, String name, Duration life, SpiffeId actor);

    /** Takes that client's rights away. */
    void dismissKafka(TenantId tenant, String name, SpiffeId actor);

    /** The administration of this process. */
    static OperatorDesk of(TenantAdministration administration, TenantConfiguration configuration) {
        return new OperatorDesk() {
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
            public AgentCredentials addAgent(AgentRef agent, Duration life, SpiffeId actor) {
                return administration.addAgent(agent, life, actor);
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
