package org.dmsc.tenant.pki;

import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The issuing CAs of a fabric as they are now: the platform's and those of every tenant that has not left. Thread-safe. */
public final class IssuingCas implements Supplier<Collection<X509Certificate>> {

    private static final Logger LOG = LoggerFactory.getLogger(IssuingCas.class);

    private final X509Certificate platformCa;
    private final Map<String, List<X509Certificate>> tenantCas = new HashMap<>();
    private volatile Set<X509Certificate> all;

    private IssuingCas(X509Certificate platformCa) {
        this.platformCa = platformCa;
        this.all = Set.of(platformCa);
    }

    /** Follows the tenants from now on. */
    public static IssuingCas following(Tenants tenants, X509Certificate platformCa) {
        IssuingCas cas = new IssuingCas(platformCa);
        tenants.onChange(cas::change);
        return cas;
    }

    @Override
    public Collection<X509Certificate> get() {
        return all;
    }

    private synchronized void change(TenantRecord record) {
        tenantCas.put(record.getTenant(), certificates(record));
        Set<X509Certificate> now = new LinkedHashSet<>();
        now.add(platformCa);
        tenantCas.values().forEach(now::addAll);
        all = Set.copyOf(now);
    }

    private static List<X509Certificate> certificates(TenantRecord record) {
        if (record.getState() == TenantState.OFFBOARDED) {
            return List.of();
        }
        try {
            return record.getCaCertificates().stream().map(Pem::certificate).toList();
        } catch (RefusedException e) {
            // Fails closed for this tenant only: its agents cannot log in until the record is mended.
            LOG.atError()
                    .addKeyValue("tenant", record.getTenant())
                    .addKeyValue("refusal", e.refusal())
                    .log("CA certificates of a tenant cannot be read; its certificates are refused");
            return List.of();
        }
    }
}
