package org.dmsc.tenant.keys;

/**
 * From whom to whom a part goes, as SPIFFE ids.
 *
 * @param recipient empty where the router chooses
 */
public record Parties(String sender, String recipient) {

    /** A part whose recipient is not known when it is sealed. */
    public static Parties from(String sender) {
        return new Parties(sender, "");
    }
}
