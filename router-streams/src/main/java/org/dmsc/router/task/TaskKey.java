package org.dmsc.router.task;

import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/** A task of a tenant, as a key of the router's stores; the tenant is part of every key because one store serves all tenants of a lane. */
public record TaskKey(TenantId tenant, String taskId) {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final char SEPARATOR = '|';

    public TaskKey {
        if (!ID.matcher(taskId).matches()) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "task id: '" + Printable.of(taskId) + "' (expected 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-')");
        }
    }

    /** Reads what {@link #text} wrote. */
    public static TaskKey parse(String text) {
        int at = text.indexOf(SEPARATOR);
        return new TaskKey(new TenantId(text.substring(0, at)), text.substring(at + 1));
    }

    /** {@code <tenant>|<task id>}. */
    public String text() {
        return tenant.value() + SEPARATOR + taskId;
    }

    @Override
    public String toString() {
        return text();
    }
}
