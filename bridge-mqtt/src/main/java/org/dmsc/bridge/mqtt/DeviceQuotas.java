package org.dmsc.bridge.mqtt;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.Knock;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.quota.Holding;
import org.dmsc.tenant.quota.QuotaGate;

/** What counts against a tenant's limits in MQTT. Thread-safe, never blocks; refusals are RATE_LIMITED or QUOTA_EXCEEDED. */
final class DeviceQuotas {

    private final QuotaGate quotas;
    private final Agents agents;
    private final Tenants tenants;
    private final Map<String, Held> connections = new ConcurrentHashMap<>();

    private final Map<String, String> clients = new ConcurrentHashMap<>();

    /** What one connection holds. */
    private record Held(String clientId, Holding connection, Map<String, Holding> subscriptions) {}

    DeviceQuotas(QuotaGate quotas, Agents agents, Tenants tenants) {
        this.quotas = quotas;
        this.agents = agents;
        this.tenants = tenants;
    }

    /** A connection; one that takes the place of another with its client id is never too much. */
    void connect(Knock knock, AgentRef agent) {
        boolean takesOver = clients.containsKey(knock.clientId());
        Holding connection = takesOver ? quotas.replacement(agent) : quotas.connection(agent);
        clients.put(knock.clientId(), knock.connection());
        connections.put(knock.connection(), new Held(knock.clientId(), connection, new ConcurrentHashMap<>()));
    }

    void disconnect(Device device) {
        Held held = connections.remove(device.connection());
        if (held != null) {
            clients.remove(held.clientId(), device.connection());
            held.connection().close();
            held.subscriptions().values().forEach(Holding::close);
        }
    }

    /** A filter, once for each connection however often it is asked for. */
    void subscribe(Device device, String filter) {
        Held held = connections.get(device.connection());
        if (held != null) {
            held.subscriptions().computeIfAbsent(filter, key -> quotas.subscription(device.agent()));
        }
    }

    void unsubscribe(Device device, String filter) {
        Optional.ofNullable(connections.get(device.connection()))
                .map(held -> held.subscriptions().remove(filter))
                .ifPresent(Holding::close);
    }

    /** One request; what a device answers to others is not one. HiveMQ has read the body already. */
    void request(Device device, int bytes) {
        quotas.request(device.agent(), bytes).close();
    }

    /** A registration, unless the agent is registered already. */
    void requireRoom(AgentRef agent) {
        int most = tenants.find(agent.tenant())
                .map(TenantRecord::getLimits)
                .orElseThrow(() ->
                        new RefusedException(Refusal.TENANT_UNKNOWN, "tenant " + agent.tenant() + ": does not exist"))
                .getMaxAgents();
        if (agents.find(agent).isEmpty() && agents.ofTenant(agent.tenant()).size() >= most) {
            throw new RefusedException(
                    Refusal.QUOTA_EXCEEDED,
                    "agents: tenant " + agent.tenant() + " has " + most
                            + ", its limit (expected to remove one, or a higher quotas.agents)");
        }
    }
}
