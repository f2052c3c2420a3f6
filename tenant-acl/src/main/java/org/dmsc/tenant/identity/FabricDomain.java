package org.dmsc.tenant.identity;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * The DNS name under which a fabric lives. Each tenant has the host {@code <tenant>.<domain>}, which is also its SPIFFE trust domain: name
 * constraints of a CA can separate tenants only by host (RFC 5280 4.2.1.10).
 */
public record FabricDomain(String value) {

    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern SHAPE = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
    private static final String PLATFORM = "platform";

    /** 253 for a DNS name, less the longest tenant and its dot. */
    private static final int MOST = 212;

    /**
     * The domain of a fabric that was given none; resolvers send it to the loopback address (RFC 6761). Declared after the constants that its
     * check needs.
     */
    public static final FabricDomain DEFAULT = new FabricDomain("fabric.localhost");

    public FabricDomain {
        if (value.length() > MOST || !SHAPE.matcher(value).matches()) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "fabric domain: '" + Printable.of(value) + "' (expected a lower-case DNS name of at most " + MOST
                            + " characters without a trailing dot, such as fabric.example.com)");
        }
    }

    /** The tenant's host and trust domain. */
    public String host(TenantId tenant) {
        return tenant.value() + "." + value;
    }

    /** Host and trust domain of the fabric's own nodes and operators. */
    public String platformHost() {
        return PLATFORM + "." + value;
    }

    /** The tenant that a host name (without port) asserts; empty for every host that is not a tenant's. */
    public Optional<TenantId> tenantOfHost(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (!covers(lower)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new TenantId(lower.substring(0, lower.length() - value.length() - 1)));
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    /** Whether the host lies below this domain, whoever it belongs to. */
    public boolean covers(String host) {
        return host.toLowerCase(Locale.ROOT).endsWith("." + value);
    }

    @Override
    public String toString() {
        return value;
    }
}
