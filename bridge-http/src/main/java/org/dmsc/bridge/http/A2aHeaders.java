package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Checks of an A2A request's headers. */
final class A2aHeaders {

    private static final Pattern SPOKEN = Pattern.compile("1\\.0(\\.[0-9]+)?");

    private A2aHeaders() {}

    /** A2A 1.0, named in the header or the query; no name means 0.3, which this gateway does not speak. */
    static void requireVersion(Call call) {
        Optional<String> version = call.header("a2a-version").or(() -> call.query("A2A-Version"));
        if (version.isEmpty()) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_VERSION,
                    "A2A-Version: is missing, which means 0.3 (expected the header 'A2A-Version: 1.0')");
        }
        if (!SPOKEN.matcher(version.get()).matches()) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_VERSION, "A2A-Version: '" + Printable.of(version.get()) + "' (expected 1.0)");
        }
    }

    /** JSON in UTF-8, by one of its two names. */
    static void requireJson(Call call) {
        if (call.method() != HttpMethod.POST) {
            return;
        }
        MediaType type = call.request().contentType();
        boolean json = type != null && (type.is(MediaType.JSON) || type.is(Answers.A2A_JSON) || isJson(type));
        Charset charset = type == null ? StandardCharsets.UTF_8 : type.charset(StandardCharsets.UTF_8);
        if (!json || !charset.equals(StandardCharsets.UTF_8)) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_CONTENT_TYPE,
                    "Content-Type: '" + Printable.of(type == null ? "" : type.toString())
                            + "' (expected application/json or application/a2a+json, in UTF-8)");
        }
    }

    private static boolean isJson(MediaType type) {
        return type.type().equals("application")
                && (type.subtype().equals("json") || type.subtype().equals("a2a+json"));
    }
}
