package org.dmsc.bridge.core.assembly;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;
import org.dmsc.bridge.core.TaskQueries;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.embed.Nearness;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.AuditHmac;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.policy.Admittance;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.quota.QuotaGate;

/**
 * What a node gives to bridge-core.
 *
 * @param queries where tasks that are not followed here are looked up; by default the log is replayed
 * @param admittance checks of the caller, asked in their place in the order
 * @param quotas limits of tasks in flight
 * @param nearness a model of meaning, {@link Nearness#NONE} for none
 * @param ids makes ids of events and reports: random UUIDs
 */
public record BridgeParts(
        KafkaClients kafka,
        AvroCodec codec,
        Envelopes envelopes,
        AuditHmac hmac,
        Tenants tenants,
        Policies policies,
        Admittance admittance,
        QuotaGate quotas,
        Agents agents,
        FabricDomain domain,
        Optional<TaskQueries> queries,
        Nearness nearness,
        Supplier<String> ids,
        MeterRegistry meters,
        Clock clock) {}
