package org.dmsc.tenant.log;

/**
 * Names a fabric's logs: {@code audit.<fabric>/<tenant>/<region>}, one log per tenant, so that the size of one says nothing of another.
 *
 * @param fabric its domain
 */
public record LogOrigin(String fabric, String region) {

    /** A fabric without regions. */
    public static final String ONLY_REGION = "local";

    /** In the place of a tenant: the operator log, whose leaves are the tenants' checkpoints. No tenant has this id. */
    public static final String OPERATOR = "root";

    /** As whom a gateway signs receipts. */
    public String receipts(String gateway) {
        return "receipt." + fabric + "/" + gateway;
    }

    /** The origin of a tenant's log, also the name under which it is signed. */
    public String of(String tenant) {
        return "audit." + fabric + "/" + tenant + "/" + region;
    }
}
