package org.dmsc.tenant.oauth;

import java.util.Optional;
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

    private TokenFault(RefusedException refused) {
        super(refused.sentence(), null, false, false);
        this.error = TokenError.INVALID_CLIENT;
        this.sentence = "the client is not known or did not prove itself";
        this.refused = refused;
    }

    /** The same words whatever was wrong; the cause is for the audit log. */
    static TokenFault client(RefusedException refused) {
        return new TokenFault(refused);
    }

    TokenAnswer.Failed answer() {
        return new TokenAnswer.Failed(error, sentence, Optional.ofNullable(refused));
    }
}
