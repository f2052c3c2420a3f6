package org.dmsc.registry.topology;

import java.time.Duration;
import org.dmsc.registry.health.Emission;
import org.dmsc.registry.health.HealthAssessment;
import org.dmsc.registry.health.HealthPolicy;
import org.dmsc.registry.health.HealthRule;
import org.dmsc.registry.health.Leases;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.Envelopes;

/** What every lane's processor shares. All of it is thread-safe. */
public record RegistryParts(
        ReportReader reader,
        SealedAgents seals,
        RegistryAudit audit,
        HealthRule rule,
        HealthAssessment assessment,
        Emission emission,
        Leases leases,
        RegistryCounters counters,
        Duration tick) {

    /** Who writes: the fabric's domain and the id of the process. */
    public record Writer(FabricDomain domain, String node) {
        String spiffeId() {
            return SpiffeId.node(domain, "registry", node).uri();
        }
    }

    /** How often what is done. */
    public record Pace(Duration emitEvery, Duration tick) {}

    /** Puts them together. */
    public static RegistryParts of(
            Envelopes envelopes, AvroCodec codec, Writer writer, HealthPolicy policy, Pace pace, Leases leases) {
        return new RegistryParts(
                new ReportReader(envelopes, codec),
                new SealedAgents(envelopes, codec, writer.spiffeId()),
                new RegistryAudit(codec, writer),
                new HealthRule(policy),
                new HealthAssessment(policy),
                new Emission(pace.emitEvery().toMillis()),
                leases,
                new RegistryCounters(),
                pace.tick());
    }
}
