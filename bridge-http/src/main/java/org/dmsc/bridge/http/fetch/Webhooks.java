package org.dmsc.bridge.http.fetch;

import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpHeadersBuilder;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.bridge.core.PushConfig;
import org.dmsc.bridge.core.PushSender;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.fetch.Destination;
import org.dmsc.tenant.fetch.FetchOrder;
import org.dmsc.tenant.fetch.FetchOrder.Trust;

/**
 * {@link PushSender} by HTTPS, under the rules for all that tenants name: only public addresses, resolved once, no redirects.
 *
 * <pre>
 *   Authorization            what the configuration says
 *   X-A2A-Notification-Token its token
 *   dmsc-notification-id     the update's id: the same when it is sent again
 *   dmsc-signature           t=&lt;seconds&gt;,v1=&lt;hex of HMAC-SHA-256 under the token, of "&lt;seconds&gt;.&lt;body&gt;"&gt;; without a token none
 * </pre>
 */
public final class Webhooks implements PushSender {

    private static final String ALGORITHM = "HmacSHA256";

    private final WebFetcher fetcher;
    private final ErrorProfile profile;
    private final Clock clock;

    public Webhooks(WebFetcher fetcher, ErrorProfile profile, Clock clock) {
        this.fetcher = fetcher;
        this.profile = profile;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Void> send(TenantId tenant, PushConfig config, Notice notice) {
        try {
            FetchOrder order = new FetchOrder(tenant, Destination.of(config.url()), Trust.WEB);
            return fetcher.post(order, headers(config, notice), notice.streamResponse());
        } catch (RefusedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private HttpHeaders headers(PushConfig config, Notice notice) {
        HttpHeadersBuilder headers = HttpHeaders.builder()
                .add("content-type", profile == ErrorProfile.V1_0_0 ? "application/json" : "application/a2a+json")
                .add("a2a-version", "1.0")
                .add("dmsc-notification-id", notice.id());
        config.authentication()
                .ifPresent(shown -> headers.add(
                        "authorization",
                        (shown.scheme() + " " + shown.credentials().orElse("")).trim()));
        config.token().ifPresent(token -> {
            headers.add("x-a2a-notification-token", token);
            headers.add("dmsc-signature", signature(token, clock.instant().getEpochSecond(), notice.streamResponse()));
        });
        return headers.build();
    }

    /** The signature that a receiver computes, too, and compares. */
    static String signature(String token, long seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
            return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
