package org.dmsc.bridge.http.plain;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.fetch.Destination;

/**
 * A delivery as the request of a service. Pure.
 *
 * @param contentType empty without a body
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once, compared by nobody.
record PlainRequest(Destination destination, String contentType, byte[] body) {

    /** A server, or something before it, takes these out together with the segment before them, encoded or not. */
    private static final Pattern DOTS = Pattern.compile("(?i)(.*/)?(\\.|%2e){1,2}(/.*)?");

    /** @throws RefusedException INVALID_REQUEST when what is filled in would lead to another path */
    static PlainRequest of(PlainCall call, Values values) {
        if (call.grpc().isPresent()) {
            GrpcMethod method = call.grpc().get();
            JsonNode request = Template.fill(call.body().orElseGet(A2aJson::object), values, "dmsc.plain.body");
            return new PlainRequest(call.place().at(method.path()), "application/grpc+proto", method.frame(request));
        }
        String url = Template.of(call.url(), "dmsc.plain.url").fill(values, Template::percentEncoded);
        Destination destination = Destination.of(url);
        String path = destination.path().split("\\?", 2)[0];
        for (String segment : path.split("/", -1)) {
            if (DOTS.matcher(segment).matches()) {
                throw new RefusedException(
                        Refusal.INVALID_REQUEST,
                        "dmsc.plain.url: a value fills a segment of its path with dots (expected a name)");
            }
        }
        if (!destination.isBeside(call.place())) {
            throw new RefusedException(Refusal.INTERNAL, "dmsc.plain.url: leads elsewhere");
        }
        Optional<JsonNode> body = call.body();
        if (body.isEmpty()) {
            return new PlainRequest(destination, "", new byte[0]);
        }
        return body.get().isTextual()
                ? new PlainRequest(
                        destination,
                        "text/plain; charset=utf-8",
                        Template.of(body.get().textValue(), "dmsc.plain.body")
                                .fill(values, UnaryOperator.identity())
                                .getBytes(StandardCharsets.UTF_8))
                : new PlainRequest(
                        destination,
                        "application/json",
                        A2aJson.bytes(Template.fill(body.get(), values, "dmsc.plain.body")));
    }
}
