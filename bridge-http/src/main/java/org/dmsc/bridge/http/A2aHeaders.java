package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Checks of an A2A request's headers. */
final class A2aHeaders {

    private A2aHeaders() {}

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
