package org.dmsc.bridge.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * How an edge treats those who are slow, those who come from a browser, and those who are there when it closes.
 *
 * @param handshake from a connection's beginning to the end of its TLS handshake
 * @param head from the first byte of an HTTP/1.1 request to the last of its headers
 * @param drain how long requests under way may take to finish when the edge closes; streams end at once, since they can go on elsewhere
 * @param origins web origins whose pages may call this edge (CORS); none: no page may
 */
public record Manners(Duration handshake, Duration head, Duration drain, Set<String> origins) {

    /** The usual ones. */
    public static final Manners USUAL =
            new Manners(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(10), Set.of());

    public Manners {
        origins = Set.copyOf(origins);
        origins.forEach(Manners::requireOrigin);
    }

    /** The same with others that may finish, and other pages that may call. */
    public Manners with(Duration otherDrain, List<String> otherOrigins) {
        return new Manners(handshake, head, otherDrain, Set.copyOf(otherOrigins));
    }

    /** @throws RefusedException INVALID_CONFIGURATION for what is no origin of RFC 6454: a page is named, never all of them */
    public static void requireOrigin(String origin) {
        try {
            URI uri = new URI(origin);
            boolean named = uri.getHost() != null
                    && (origin.startsWith("https://") || origin.startsWith("http://"))
                    && origin.equals(uri.getScheme() + "://" + uri.getRawAuthority())
                    && uri.getRawUserInfo() == null
                    && origin.equals(origin.toLowerCase(java.util.Locale.ROOT));
            if (named) {
                return;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new RefusedException(
                Refusal.INVALID_CONFIGURATION,
                "origin: '" + Printable.of(origin) + "' (expected https://host or https://host:port, in lower case)");
    }
}
