package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.time.Duration;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.policy.NetworkGate;
import org.dmsc.tenant.quota.Holding;

/**
 * What every request passes before anything of it is read, in each binding: headers checked ▸ who is it ▸ within its limits. The sender is
 * asked for anew with each request, because TLS sessions are resumed.
 */
final class Door {

    private static final int MOST_AUTHORIZATION = 8 * 1024 + "Bearer ".length();

    /** Real requests have a dozen. */
    private static final int MOST_HEADERS = 100;

    private final PeerCredentials credentials;
    private final CallerAuthenticator authenticator;
    private final DpopChallenge challenge;
    private final NetworkGate network;
    private final Claims claims;
    private final ConnectionEnd connectionEnd;
    private final EdgeQuotas quotas;
    private final OpenRequests requests;

    Door(HttpEdgeParts parts) {
        this.credentials = new PeerCredentials(parts.settings().domain());
        this.authenticator = parts.authenticator();
        this.challenge = new DpopChallenge(authenticator.possession());
        this.network = NetworkTrials.gate(parts);
        this.claims = new Claims(parts.audit());
        this.connectionEnd = new ConnectionEnd(parts.clock());
        this.quotas = new EdgeQuotas(parts.quotas());
        this.requests = new OpenRequests(parts.tenants());
        requests.start();
    }

    /**
     * A token of that length costs nothing, and HTTP/2 carries control characters in values unless somebody looks.
     *
     * @throws RefusedException HEADER_TOO_LARGE, INVALID_REQUEST
     */
    void requireCleanHeaders(RequestHeaders headers) {
        if (headers.get(HttpHeaderNames.AUTHORIZATION, "").length() > MOST_AUTHORIZATION) {
            throw new RefusedException(
                    Refusal.HEADER_TOO_LARGE,
                    "Authorization: is too long (expected at most " + MOST_AUTHORIZATION + " characters)");
        }
        if (headers.size() > MOST_HEADERS) {
            throw new RefusedException(
                    Refusal.HEADER_TOO_LARGE,
                    "headers: are " + headers.size() + " (expected at most " + MOST_HEADERS + ")");
        }
        headers.forEach((name, value) -> {
            if (holdsControl(value)) {
                throw new RefusedException(
                        Refusal.INVALID_REQUEST,
                        "header " + name + ": holds a control character (expected printable text)");
            }
        });
        PeerCredentials.authority(headers);
    }

    /** A plain loop: this is done for each header of each request, also of those that are refused by the thousand. */
    private static boolean holdsControl(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return true;
            }
        }
        return false;
    }

    /**
     * Who it is.
     *
     * @throws RefusedException UNAUTHENTICATED and its like
     */
    Caller identify(ServiceRequestContext context, RequestHeaders headers) {
        try {
            Credentials shown = credentials.of(context, headers);
            CallerAuthenticator.Identified identified = authenticator.identify(shown);
            ConnectionGuard.of(context.log()
                            .ensureAvailable(RequestLogProperty.SESSION)
                            .channel())
                    .admit(identified.evidence());
            shown.chain().stream().findFirst().ifPresent(leaf -> connectionEnd.at(context, leaf));
            identified.nonce().ifPresent(nonce -> DpopChallenge.renew(context, nonce));
            return network.requireSource(identified.caller(), PeerCredentials.address(context));
        } catch (RefusedException e) {
            challenge.refused(context, headers, e.refusal());
            // A good certificate of a tenant that is not there is no identity.
            throw e.refusal() == Refusal.TENANT_UNKNOWN
                    ? new RefusedException(Refusal.UNAUTHENTICATED, e.sentence())
                    : e;
        }
    }

    /** The edge closes: streams end, connections take nothing new, and what is under way may finish. */
    void drain(Duration patience) {
        requests.drain(patience);
    }

    /**
     * Room for one more request; what a tenant or an agent has none for is refused before its body is read.
     *
     * @return to be closed when the body is read and dealt with
     * @throws RefusedException RATE_LIMITED, QUOTA_EXCEEDED, TENANT_INACTIVE
     */
    Holding room(ServiceRequestContext context, Caller caller, RequestHeaders headers) {
        Holding body = quotas.request(context, caller, headers);
        try {
            claims.note(caller, headers);
            requests.add(context, caller);
            return body;
        } catch (RuntimeException e) {
            body.close();
            throw e;
        }
    }
}
