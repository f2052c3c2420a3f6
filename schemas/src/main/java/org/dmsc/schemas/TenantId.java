package org.dmsc.schemas;

import java.util.Set;

/**
 * An organisation's id: {@code [a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?}, not a reserved word. It is a DNS label (the tenant's trust
 * domain is {@code <tenant>.<fabric domain>}) and a part of topic names, and is never reused.
 */
public record TenantId(String value) implements Comparable<TenantId> {

    private static final int LONGEST = 40;

    /** Words that name parts of the fabric itself and can never be a tenant. */
    public static final Set<String> RESERVED = Set.of(
            "sys", "audit", "platform", "est", "www", "admin", "api", "dmsc", "local", "root", "v1", "tasks", "agents");

    public TenantId {
        if (!hasShape(value)) {
            throw new RefusedException(
                    Refusal.INVALID_TENANT_ID,
                    "tenant id: '" + Printable.of(value)
                            + "' (expected 1 to 40 of a-z, 0-9 and '-', beginning and ending with a letter or digit)");
        }
        if (RESERVED.contains(value)) {
            throw new RefusedException(
                    Refusal.INVALID_TENANT_ID,
                    "tenant id: '" + value + "' is reserved (expected any other than " + RESERVED + ")");
        }
    }

    /** By hand: ids are made for each record, and a pattern took a twentieth of the router. */
    private static boolean hasShape(String value) {
        int length = value.length();
        if (length == 0 || length > LONGEST || value.charAt(0) == '-' || value.charAt(length - 1) == '-') {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(TenantId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
