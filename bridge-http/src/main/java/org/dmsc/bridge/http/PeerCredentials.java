package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSession;
import org.dmsc.bridge.http.connection.ConnectionCut;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.Possession;

/** Reads from a connection and a request who claims to be there. Says nothing about whether it is true. */
final class PeerCredentials {

    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9.-]{1,253})(:[0-9]{1,5})?");
    private static final String BEARER = "bearer ";
    private static final String DPOP = "dpop ";
    private static final String PROOF = "dpop";

    private final FabricDomain domain;

    PeerCredentials(FabricDomain domain) {
        this.domain = domain;
    }

    /**
     * What the peer shows. The certificates come from the TLS session, so they are there for resumed sessions, too.
     *
     * @throws RefusedException IDENTITY_MISMATCH when SNI and Host name different tenants, INVALID_REQUEST for a broken Host,
     *     UNAUTHENTICATED and DPOP_INVALID for headers that show no token or no proof
     */
    Credentials of(ServiceRequestContext context, RequestHeaders headers) {
        SSLSession session = context.sslSession();
        return new Credentials(
                session == null ? List.of() : ConnectionCut.chain(session),
                token(headers),
                showsDpop(headers) ? Optional.of(required(context, headers)) : Optional.empty(),
                dialled(context, headers),
                address(context));
    }

    /**
     * A proof beside a request that shows no token.
     *
     * @throws RefusedException DPOP_INVALID when there is more than one
     */
    static Optional<Possession> possession(ServiceRequestContext context, RequestHeaders headers) {
        return headers.contains(PROOF) ? Optional.of(required(context, headers)) : Optional.empty();
    }

    /** Whether the token is shown as one that is bound to a key. */
    static boolean showsDpop(RequestHeaders headers) {
        return headers.get(HttpHeaderNames.AUTHORIZATION, "").regionMatches(true, 0, DPOP, 0, DPOP.length());
    }

    /** The only proof: of two, a proxy might have checked the other one (RFC 9449 4.3, check 1). */
    private static Possession required(ServiceRequestContext context, RequestHeaders headers) {
        List<String> proofs = headers.getAll(PROOF);
        if (proofs.size() != 1) {
            throw new RefusedException(
                    Refusal.DPOP_INVALID,
                    "DPoP: is there " + proofs.size() + " times (expected one header with a proof of RFC 9449)");
        }
        String path = headers.path();
        int query = path.indexOf('?');
        return new Possession(
                proofs.get(0).trim(),
                headers.method().name(),
                query < 0 ? path : path.substring(0, query),
                context.localAddress().getPort());
    }

    /** As {@link #of}, for requests whose Authorization header is somebody else's to read. */
    Credentials certificatesOf(ServiceRequestContext context, RequestHeaders headers) {
        SSLSession session = context.sslSession();
        return new Credentials(
                session == null ? List.of() : ConnectionCut.chain(session),
                Optional.empty(),
                dialled(context, headers),
                address(context));
    }

    /** The host that the peer dialled, in lower case, by SNI or Host; refusals as in {@link #of}. */
    Optional<String> dialled(ServiceRequestContext context, RequestHeaders headers) {
        SSLSession session = context.sslSession();
        Optional<String> sni = session == null ? Optional.empty() : sni(session);
        Optional<String> host = Optional.of(host(headers)).filter(name -> !name.isEmpty());
        if (sni.isPresent()
                && host.isPresent()
                && !sni.equals(host)
                && (domain.covers(sni.get()) || domain.covers(host.get()))) {
            throw new RefusedException(
                    Refusal.IDENTITY_MISMATCH,
                    "the TLS connection was opened to '" + Printable.of(sni.get()) + "' and the request is for '"
                            + Printable.of(host.get()) + "' (expected the same host; open a connection of its own)");
        }
        return sni.or(() -> host);
    }

    /** Host and port as the client named them. */
    static String authority(RequestHeaders headers) {
        List<String> named = new ArrayList<>(headers.getAll(HttpHeaderNames.AUTHORITY));
        named.addAll(headers.getAll(HttpHeaderNames.HOST));
        String authority = named.isEmpty() ? "" : named.get(0);
        if (!AUTHORITY.matcher(authority).matches() || named.stream().anyMatch(other -> !other.equals(authority))) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "Host: '" + Printable.of(authority) + "' (expected <host>[:<port>], once)");
        }
        return authority;
    }

    static String address(ServiceRequestContext context) {
        InetAddress address = context.clientAddress();
        return address == null ? "unknown" : address.getHostAddress();
    }

    private static String host(RequestHeaders headers) {
        Matcher matcher = AUTHORITY.matcher(authority(headers));
        return matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
    }

    private static Optional<String> sni(SSLSession session) {
        if (!(session instanceof ExtendedSSLSession extended)) {
            return Optional.empty();
        }
        return extended.getRequestedServerNames().stream()
                .filter(SNIHostName.class::isInstance)
                .map(name -> ((SNIHostName) name).getAsciiName().toLowerCase(Locale.ROOT))
                .findFirst();
    }

    private static Optional<String> token(RequestHeaders headers) {
        List<String> values = headers.getAll(HttpHeaderNames.AUTHORIZATION);
        if (values.isEmpty()) {
            return Optional.empty();
        }
        String value = values.get(0);
        String scheme = showsDpop(headers) ? DPOP : BEARER;
        if (values.size() > 1 || !value.regionMatches(true, 0, scheme, 0, scheme.length())) {
            throw new RefusedException(
                    Refusal.UNAUTHENTICATED,
                    "Authorization: not understood (expected one header 'Authorization: Bearer <token>', or 'Authorization: DPoP"
                            + " <token>' with a DPoP header)");
        }
        return Optional.of(value.substring(scheme.length()).trim());
    }
}
