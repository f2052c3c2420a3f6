package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AsciiString;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.tenant.dpop.ProofOfPossession;

/**
 * What an answer says of proofs of possession, in headers that every binding carries, gRPC as metadata: why one does not count, and the nonce that
 * the next one should have (RFC 9449 7.1 and 9).
 */
final class DpopChallenge {

    static final AsciiString NONCE = AsciiString.cached("dpop-nonce");

    /** For whoever showed nothing. */
    static final String OFFER = "DPoP " + algorithms();

    private final ProofOfPossession possession;

    DpopChallenge(ProofOfPossession possession) {
        this.possession = possession;
    }

    /** Says why a token or its proof was refused, if that is what was refused. */
    void refused(ServiceRequestContext context, RequestHeaders headers, Refusal refusal) {
        error(refusal, PeerCredentials.showsDpop(headers)).ifPresent(error -> {
            context.setAdditionalResponseHeader(
                    HttpHeaderNames.WWW_AUTHENTICATE, "DPoP error=\"" + error + "\", " + algorithms());
            context.setAdditionalResponseHeader(NONCE, possession.nonce());
        });
    }

    /** Hands on another nonce. */
    static void renew(ServiceRequestContext context, String nonce) {
        context.setAdditionalResponseHeader(NONCE, nonce);
    }

    /** The error of RFC 9449 12.2 or RFC 6750 3.1. */
    private static Optional<String> error(Refusal refusal, boolean showsDpop) {
        switch (refusal) {
            case DPOP_NONCE:
                return Optional.of("use_dpop_nonce");
            case DPOP_INVALID:
                return Optional.of("invalid_dpop_proof");
            case DPOP_BINDING:
                return Optional.of("invalid_token");
            case UNAUTHENTICATED:
            case REVOKED:
                return showsDpop ? Optional.of("invalid_token") : Optional.empty();
            default:
                return Optional.empty();
        }
    }

    private static String algorithms() {
        return "algs=\"" + String.join(" ", ProofOfPossession.algorithms()) + "\"";
    }
}
