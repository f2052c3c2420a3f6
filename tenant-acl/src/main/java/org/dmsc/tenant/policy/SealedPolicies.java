package org.dmsc.tenant.policy;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.document.PolicyReader;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.rules.TenantPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Policies} out of the tenants' records: each document is opened and compiled once per generation of its record, when the record
 * comes, and swapped as a whole.
 */
public final class SealedPolicies implements Policies {

    private static final Logger LOG = LoggerFactory.getLogger(SealedPolicies.class);

    private final Tenants tenants;
    private final PolicyTexts texts;
    private final Map<TenantId, TenantPolicy> compiled = new ConcurrentHashMap<>();

    public SealedPolicies(Tenants tenants, Envelopes envelopes) {
        this.tenants = tenants;
        this.texts = new PolicyTexts(envelopes);
    }

    /** Begins to compile as records come; MUST be told before anybody who asks because of a change. */
    public void start() {
        tenants.onChange(record -> of(new TenantId(record.getTenant())));
    }

    @Override
    public TenantPolicy of(TenantId tenant) {
        Optional<TenantRecord> record = tenants.find(tenant);
        if (record.isEmpty()) {
            return TenantPolicy.none(tenant, 0);
        }
        TenantPolicy known = compiled.get(tenant);
        return known != null && known.generation() == record.get().getGeneration()
                ? known
                : compile(tenant, record.get());
    }

    private TenantPolicy compile(TenantId tenant, TenantRecord record) {
        try {
            TenantPolicy policy = record.getPolicy() == null
                    ? TenantPolicy.none(tenant, record.getGeneration())
                    : PolicyReader.read(tenant, texts.open(record), record.getGeneration())
                            .policy();
            compiled.put(tenant, policy);
            return policy;
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("tenant", tenant)
                    .addKeyValue("refusal", e.refusal())
                    .log("the tenant's policy cannot be read: what depends on it is denied");
            TenantPolicy closed = TenantPolicy.unreadable(tenant, record.getGeneration());
            if (e.refusal() != Refusal.UNAVAILABLE) {
                // Another time may do better only where a part of the fabric was away.
                compiled.put(tenant, closed);
            }
            return closed;
        }
    }
}
