package org.dmsc.tenant.oauth;

import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.token.IssuedToken;

/** What came of a token request. */
public sealed interface TokenAnswer {

    /**
     * A token.
     *
     * @param type how it is to be shown
     * @param method how the client proved itself
     */
    record Granted(
            Caller client, IssuedToken token, TokenType type, long lifeSeconds, Set<String> scope, ClientMethod method)
            implements TokenAnswer {}

    /**
     * None.
     *
     * @param sentence may be shown to the client
     * @param cause what is written to the audit log, and shown to nobody
     */
    record Failed(TokenError error, String sentence, Optional<RefusedException> cause) implements TokenAnswer {}
}
