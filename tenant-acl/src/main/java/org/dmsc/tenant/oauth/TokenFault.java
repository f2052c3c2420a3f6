package org.dmsc.tenant.oauth;

import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.jspecify.annotations.Nullable;

/** Carries an error out of the steps of a request; the endpoint turns it into a value. */
final class TokenFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final TokenError error;
    private final String sentence;
    private final transient @Nullable RefusedException refused;

    TokenFault(TokenError error, String sentence) {
        super(sentence, null, false, false);
        this.error = error;
        this.sentence = sentence;
        this.refused = null;
    }

    private TokenFault(TokenError error, String sentence, RefusedException refused) {
        super(refused.sentence(), null, false, false);
        this.error = error;
        this.sentence = sentence;
        this.refused = refused;
    }

    /** The same words whatever was wrong; the cause is for the audit log. */
    static TokenFault client(RefusedException refused) {
        return new TokenFault(TokenError.INVALID_CLIENT, "the client is not known or did not prove itself", refused);
    }

    /** What is wrong with a proof tells nothing of clients, so it is said. */
    static TokenFault proof(RefusedException refused) {
        return new TokenFault(error(refused.refusal()), refused.sentence(), refused);
    }

    private static TokenError error(Refusal refusal) {
        switch (refusal) {
            case DPOP_NONCE:
                return TokenError.USE_DPOP_NONCE;
            case OVERLOADED:
                return TokenError.TOO_MANY;
            default:
                return TokenError.INVALID_DPOP_PROOF;
        }
    }

    TokenAnswer.Failed answer() {
        return new TokenAnswer.Failed(error, sentence, Optional.ofNullable(refused));
    }
}
