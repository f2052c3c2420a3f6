package org.dmsc.bridge.http;

import com.linecorp.armeria.common.RequestHeaders;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;

/**
 * Headers in which a client says who it is, as if a proxy of ours had said it. Nobody reads them: who a caller is follows from its credential
 * alone. That somebody tries is worth a line in the audit log.
 */
final class Claims {

    /** The fabric's own names; none ever comes from outside. */
    static final String RESERVED = "dmsc-";

    private static final Set<String> OF_PROXIES = Set.of(
            "x-forwarded-client-cert",
            "x-client-cert",
            "ssl-client-cert",
            "x-ssl-client-cert",
            "client-cert",
            "workload-identity-token",
            "x-forwarded-user",
            "x-tenant");

    private final AuditTrail audit;

    Claims(AuditTrail audit) {
        this.audit = audit;
    }

    /** Notes what the headers claim; the request goes on without it. */
    void note(Caller caller, RequestHeaders headers) {
        headers.names().stream()
                .map(name -> name.toString().toLowerCase(Locale.ROOT))
                .filter(name -> name.startsWith(RESERVED) || OF_PROXIES.contains(name))
                .sorted()
                .findFirst()
                .ifPresent(name -> audit.refused(RefusalNote.of(
                        caller,
                        new RefusedException(
                                Refusal.IDENTITY_MISMATCH,
                                "header " + Printable.of(name)
                                        + ": ignored (who a caller is follows from its credential alone)"),
                        Optional.of(headers.method() + " " + Printable.of(headers.path())))));
    }
}
