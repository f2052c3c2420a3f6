package org.dmsc.tenant.directory;

import java.util.Locale;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * Keys of {@code dmsc.sys.models} and of the learner's store: {@code <tenant>/key} and {@code <tenant>/<place>}, where lesson n takes the
 * place of lesson n - {@value #PLACES}. So compaction keeps as many lessons as there are places, in their order.
 */
public final class ModelKeys {

    /** Lessons that are kept of each tenant: some 15 MiB on disk. */
    public static final int PLACES = 32_768;

    private static final char SLASH = '/';
    private static final String KEY = "key";

    private ModelKeys() {}

    /** Of the tenant's key. */
    public static String key(TenantId tenant) {
        return tenant.value() + SLASH + KEY;
    }

    /** Of the place that a lesson takes. */
    public static String lesson(TenantId tenant, long sequence) {
        return tenant.value() + SLASH + String.format(Locale.ROOT, "%05d", Math.floorMod(sequence, PLACES));
    }

    /** Whose it is; refused as UNREADABLE when it is no such key. */
    static TenantId tenant(String key) {
        int slash = key.indexOf(SLASH);
        if (slash < 0) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "key '" + Printable.of(key) + "' of a model record (expected <tenant>/key or <tenant>/<place>)");
        }
        return new TenantId(key.substring(0, slash));
    }

    static boolean isKey(String key) {
        return key.endsWith(SLASH + KEY);
    }
}
