package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.PushConfig;
import org.dmsc.bridge.core.PushConfig.Authentication;
import org.dmsc.schemas.Printable;
import org.dmsc.tenant.fetch.Destination;

/** Reads and writes A2A {@code TaskPushNotificationConfig}s. What was written with a secret is never shown with it. */
public final class PushJson {

    private static final int LONGEST_ID = 128;
    private static final int LONGEST_URL = 2048;
    private static final int LONGEST_SECRET = 4096;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~-]+");
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
    private static final Pattern HEADER = Pattern.compile("[!-~]([ -~]*[!-~])?");

    private PushJson() {}

    /**
     * Reads one.
     *
     * @param path how a message names it
     * @param ids makes an id when the caller gave none
     * @throws org.dmsc.schemas.RefusedException INVALID_REQUEST, ADDRESS_NOT_ALLOWED
     */
    public static PushConfig read(ObjectNode node, String path, String taskId, Supplier<String> ids) {
        Fields fields = Fields.ofRequest(node, path);
        String url = fields.requiredText("url", LONGEST_URL);
        Destination.of(url);
        Optional<String> id = fields.text("id", LONGEST_ID).filter(given -> !given.isEmpty());
        if (id.filter(given -> !ID.matcher(given).matches()).isPresent()) {
            throw fields.wrong(
                    "id", "is '" + Printable.of(id.get()) + "'", "letters, digits and any of '.', '_', '~', '-'");
        }
        return new PushConfig(
                taskId,
                id.orElseGet(ids),
                url,
                header(fields, "token"),
                fields.object("authentication").map(shown -> authentication(shown, path)));
    }

    /** What may be shown of one. */
    public static ObjectNode write(PushConfig config) {
        ObjectNode node = A2aJson.object();
        node.put("id", config.id());
        node.put("taskId", config.taskId());
        node.put("url", config.url());
        config.authentication()
                .ifPresent(shown -> node.putObject("authentication").put("scheme", shown.scheme()));
        return node;
    }

    /** A {@code ListTaskPushNotificationConfigsResponse}: a task has few, so all come on one page. */
    public static ObjectNode list(List<PushConfig> configs) {
        ObjectNode response = A2aJson.object();
        ArrayNode all = response.putArray("configs");
        configs.forEach(config -> all.add(write(config)));
        response.put("nextPageToken", "");
        return response;
    }

    private static Authentication authentication(ObjectNode node, String path) {
        Fields fields = Fields.ofRequest(node, path.isEmpty() ? "authentication" : path + ".authentication");
        String scheme = fields.requiredText("scheme", LONGEST_ID);
        if (!SCHEME.matcher(scheme).matches()) {
            throw fields.wrong("scheme", "is '" + Printable.of(scheme) + "'", "an HTTP scheme such as Bearer");
        }
        return new Authentication(scheme, header(fields, "credentials"));
    }

    /** It goes into a header, so it must fit into one. The value stays out of the message. */
    private static Optional<String> header(Fields fields, String name) {
        Optional<String> value = fields.text(name, LONGEST_SECRET).filter(text -> !text.isEmpty());
        if (value.filter(text -> !HEADER.matcher(text).matches()).isPresent()) {
            throw fields.wrong(name, "holds what no header can hold", "printable ASCII");
        }
        return value;
    }
}
