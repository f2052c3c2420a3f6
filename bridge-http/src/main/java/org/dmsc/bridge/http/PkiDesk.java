package org.dmsc.bridge.http;

import java.security.cert.X509Certificate;
import java.util.Optional;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.enrol.Enrolment;
import org.dmsc.tenant.identity.SpiffeId;

/**
 * What an edge can do with the fabric's certificate authorities. Calls MAY block.
 *
 * @param rotation replaces a tenant's issuing CA
 * @param platformRotation replaces the issuing CA of nodes and operators
 * @param revocations the revocation lists, by the SHA-256 of their CA in hex
 */
public record PkiDesk(
        Enrolment enrolment, Rotation rotation, PlatformRotation platformRotation, RevocationLists revocations) {

    /** Replaces issuing CAs. */
    @FunctionalInterface
    public interface Rotation {
        /** The tenant's CA that signs from now on. */
        X509Certificate rotate(TenantId tenant, SpiffeId actor);
    }

    /** Replaces the platform's issuing CA. */
    @FunctionalInterface
    public interface PlatformRotation {
        /** The CA that signs from now on. */
        X509Certificate rotate(SpiffeId actor);
    }

    /** Finds revocation lists. */
    @FunctionalInterface
    public interface RevocationLists {
        /** The list in DER; empty when there is no such CA. */
        Optional<byte[]> of(String caSha256);
    }
}
