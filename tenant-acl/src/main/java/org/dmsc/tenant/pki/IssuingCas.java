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

    private final Supplier<List<X509Certificate>> platformCas;
    private final Map<String, List<X509Certificate>> tenantCas = new HashMap<>();
    private volatile Known known;

    private IssuingCas(Supplier<List<X509Certificate>> platformCas) {
        this.platformCas = platformCas;
        this.known = new Known(List.of(), Set.of());
    }

    private record Known(List<X509Certificate> platform, Set<X509Certificate> all) {}

    /**
     * Follows the tenants from now on.
     *
     * @param platformCas asked each time, cheap; when it fails, those known before stay known
     */
    public static IssuingCas following(Tenants tenants, Supplier<List<X509Certificate>> platformCas) {
        IssuingCas cas = new IssuingCas(platformCas);
        tenants.onChange(cas::change);
        return cas;
    }

    @Override
    public Collection<X509Certificate> get() {
        List<X509Certificate> platform = platform();
        return (platform.equals(known.platform()) ? known : rebuilt(platform)).all();
    }

    private List<X509Certificate> platform() {
        try {
            return platformCas.get();
        } catch (RefusedException e) {
            LOG.atWarn().addKeyValue("refusal", e.refusal()).log("CA certificates of the platform cannot be read");
            return known.platform();
        }
    }

    private synchronized Known rebuilt(List<X509Certificate> platform) {
        Set<X509Certificate> now = new LinkedHashSet<>(platform);
        tenantCas.values().forEach(now::addAll);
        known = new Known(platform, Set.copyOf(now));
        return known;
    }

    private synchronized void change(TenantRecord record) {
        tenantCas.put(record.getTenant(), certificates(record));
        rebuilt(platform());
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
