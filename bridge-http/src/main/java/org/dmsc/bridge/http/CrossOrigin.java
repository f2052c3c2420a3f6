package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.cors.CorsService;
import java.time.Duration;
import java.util.function.Function;

/**
 * Lets pages of named origins call the edge (Fetch standard, CORS). They identify by token: cookies and client certificates are not asked of
 * browsers across origins, so that a page never acts as whoever sits before it without a token of its own.
 */
final class CrossOrigin {

    private static final Duration REMEMBERED = Duration.ofHours(1);

    private CrossOrigin() {}

    static Function<? super HttpService, CorsService> decorator(Manners manners) {
        return CorsService.builder(manners.origins())
                .allowRequestMethods(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE)
                .allowRequestHeaders(
                        "authorization",
                        "dpop",
                        "content-type",
                        "accept",
                        "a2a-version",
                        "a2a-extensions",
                        "last-event-id",
                        "mcp-protocol-version",
                        "if-none-match",
                        "traceparent")
                .exposeHeaders("a2a-extensions", "etag", "retry-after", "www-authenticate", "dpop-nonce")
                .maxAge(REMEMBERED)
                .newDecorator();
    }
}
