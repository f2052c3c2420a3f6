package org.dmsc.tenant.keys;

import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/** Names of root keys in vaults: {@code <tenant>/<routing|payload|audit>/<version>}. */
final class KeyIds {

    private static final Pattern KEY_ID =
            Pattern.compile("([a-z0-9-]{1,40})/(routing|payload|audit)/([1-9][0-9]{0,8})");

    private KeyIds() {}

    /**
     * The class of a root key.
     *
     * @throws RefusedException UNREADABLE when it is no id of one
     */
    static KeyClass classOf(String keyId) {
        Matcher matcher = KEY_ID.matcher(keyId);
        if (!matcher.matches() || matcher.group(2).equals("audit")) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "key id: '" + Printable.of(keyId) + "' (expected <tenant>/<routing|payload>/<version>)");
        }
        return matcher.group(2).equals("routing") ? KeyClass.ROUTING : KeyClass.PAYLOAD;
    }

    /** The newest version among these ids; empty when the tenant has none of that class. */
    static OptionalInt newest(Collection<String> ids, TenantId tenant, KeyClass keyClass) {
        return ids.stream()
                .map(KEY_ID::matcher)
                .filter(Matcher::matches)
                .filter(matcher -> matcher.group(1).equals(tenant.value())
                        && matcher.group(2).equals(keyClass.label()))
                .mapToInt(matcher -> Integer.parseInt(matcher.group(3)))
                .max();
    }

    /** Those of one tenant. */
    static List<String> ofTenant(Collection<String> ids, TenantId tenant) {
        return ids.stream().filter(id -> id.startsWith(tenant + "/")).sorted().toList();
    }

    static String of(TenantId tenant, KeyClass keyClass, int version) {
        return tenant + "/" + keyClass.label() + "/" + version;
    }

    static String audit(TenantId tenant) {
        return tenant + "/audit/1";
    }

    static RefusedException missing(String keyId) {
        return new RefusedException(
                Refusal.UNREADABLE,
                "no key " + keyId + " in the vault (was the tenant's key destroyed, or made elsewhere?)");
    }

    static RefusedException notHeld(KeyClass keyClass) {
        return new RefusedException(
                Refusal.UNREADABLE,
                "this process holds no " + keyClass.label() + " keys (expected a role that was given them)");
    }
}
