package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.PublishedCards;
import org.dmsc.bridge.core.a2a.v03.OldCards;

/** The only things that need no identity: the gateway's card, the description of its interfaces, and whether the process lives and is ready. */
final class PublicPages {

    static final String CARD = "/.well-known/agent-card.json";

    /** RFC 7517. */
    private static final MediaType JWK_SET = MediaType.create("application", "jwk-set+json");

    /** RFC 9512. */
    private static final MediaType YAML = MediaType.create("application", "yaml");

    private final EdgeSettings settings;
    private final NodeStatus status;
    private final CardSeal seal;

    PublicPages(EdgeSettings settings, NodeStatus status, CardSeal seal) {
        this.seal = seal;
        this.settings = settings;
        this.status = status;
    }

    Optional<HttpResponse> answer(ServiceRequestContext context, RequestHeaders headers) {
        if (headers.method() != HttpMethod.GET && headers.method() != HttpMethod.HEAD) {
            return Optional.empty();
        }
        switch (context.path()) {
            case CARD:
                String base = "https://" + PeerCredentials.authority(headers);
                return Optional.of(card(seal.signed(PublishedCards.gateway(base, settings.version()), base), headers));
            case CardSeal.KEYS:
                return Optional.of(HttpResponse.of(HttpStatus.OK, JWK_SET, HttpData.ofUtf8(seal.keySet())));
            case "/live":
                return Optional.of(Answers.json(HttpStatus.OK, A2aJson.object().put("live", true)));
            case "/openapi.yaml":
                return Optional.of(document("openapi.yaml"));
            case "/asyncapi.yaml":
                return Optional.of(document("asyncapi.yaml"));
            case "/ready":
                return Optional.of(ready());
            default:
                return Optional.empty();
        }
    }

    /** A card with what HTTP caches need (contract 8.6); a conditional request gets 304. Who does not name a version may be of 0.3. */
    static HttpResponse card(ObjectNode card, RequestHeaders headers) {
        byte[] body = A2aJson.bytes(
                Answers.parameters(headers).old() && card.has("supportedInterfaces") ? OldCards.dual(card) : card);
        String tag = "\"" + Integer.toHexString(Arrays.hashCode(body)) + "-" + body.length + "\"";
        boolean unchanged = headers.getAll(HttpHeaderNames.IF_NONE_MATCH).contains(tag);
        ResponseHeaders answer = ResponseHeaders.builder(unchanged ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
                .contentType(MediaType.JSON)
                .add(HttpHeaderNames.CACHE_CONTROL, "max-age=60")
                .add(HttpHeaderNames.VARY, "Host, A2A-Version")
                .add(HttpHeaderNames.ETAG, tag)
                .build();
        return unchanged ? HttpResponse.of(answer) : HttpResponse.of(answer, HttpData.wrap(body));
    }

    private static HttpResponse document(String name) {
        try (InputStream in = Objects.requireNonNull(PublicPages.class.getResourceAsStream("api/" + name), name)) {
            return HttpResponse.of(HttpStatus.OK, YAML, HttpData.wrap(in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private HttpResponse ready() {
        boolean ready = status.ready().getAsBoolean();
        ObjectNode body = A2aJson.object()
                .put("ready", ready)
                .put("condition", status.condition().get());
        return Answers.json(ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE, body);
    }
}
