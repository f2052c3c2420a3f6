package org.dmsc.bridge.core.push;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsc.schemas.TenantId;

/** Names one configuration: {@code <tenant>/<task>/<configuration>}. */
public record PushKey(TenantId tenant, String taskId, String configId) {

    private static final Pattern TEXT = Pattern.compile("([^/]+)/([^/]+)/(.+)");

    static Optional<PushKey> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new PushKey(new TenantId(matcher.group(1)), matcher.group(2), matcher.group(3)))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return tenant + "/" + taskId + "/" + configId;
    }
}
