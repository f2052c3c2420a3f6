package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.enrol.OneTimeTokens.Shown;

/** User and password of an {@code Authorization: Basic} header (RFC 7617). */
record BasicCredentials(String user, String password) {

    private static final String BASIC = "basic ";
    private static final int MOST = 2048;

    /** Refused as UNAUTHENTICATED when there is none, or more than one. */
    static BasicCredentials of(RequestHeaders headers) {
        List<String> values = headers.getAll(HttpHeaderNames.AUTHORIZATION);
        String value = values.size() == 1 ? values.get(0) : "";
        if (value.length() > MOST || !value.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            throw refused();
        }
        try {
            String text = new String(
                    Base64.getDecoder().decode(value.substring(BASIC.length()).trim()), StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            if (colon < 0) {
                throw refused();
            }
            return new BasicCredentials(text.substring(0, colon), text.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            throw refused();
        }
    }

    Shown shown(Optional<String> trustDomain) {
        return new Shown(trustDomain, user, password);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "BasicCredentials[redacted]";
    }

    private static RefusedException refused() {
        return new RefusedException(
                Refusal.UNAUTHENTICATED,
                "Authorization: not understood (expected one header 'Authorization: Basic', with the agent's id and its one-time token)");
    }
}
