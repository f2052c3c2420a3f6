package org.dmsc.tenant.oauth;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The parameters of a request: each once (RFC 6749 3.2), those without a value as if they were not there. */
final class TokenForm {

    private static final int LONGEST = 32 * 1024;
    private static final int MOST = 20;

    private final Map<String, String> values;

    private TokenForm(Map<String, String> values) {
        this.values = values;
    }

    /** Reads {@code application/x-www-form-urlencoded}. */
    static TokenForm parse(String form) {
        if (form.length() > LONGEST) {
            throw new TokenFault(TokenError.INVALID_REQUEST, "the request has more than " + LONGEST + " characters");
        }
        Map<String, String> values = new HashMap<>();
        for (String pair : form.strip().split("&", MOST + 1)) {
            int equals = pair.indexOf('=');
            if (pair.isEmpty()) {
                continue;
            }
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
            if (values.put(name, value) != null) {
                throw new TokenFault(TokenError.INVALID_REQUEST, "a parameter is there twice (expected each once)");
            }
        }
        if (values.size() > MOST) {
            throw new TokenFault(TokenError.INVALID_REQUEST, "too many parameters");
        }
        return new TokenForm(values);
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    String require(String name) {
        return find(name)
                .orElseThrow(() -> new TokenFault(TokenError.INVALID_REQUEST, "parameter " + name + " is missing"));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new TokenFault(TokenError.INVALID_REQUEST, "the request is not application/x-www-form-urlencoded");
        }
    }
}
