package org.dmsc.bridge.core.cards;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Jcs;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * Names one card of one agent by what it says, whoever signed it and in whatever order its members stand: what was released once is known again, and
 * with one letter changed it is another.
 *
 * @param hash SHA-256 of agent and card (RFC 8785, without signatures), hexadecimal
 */
public record CaseId(TenantId tenant, String hash) {

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    public CaseId {
        if (!HASH.matcher(hash).matches()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "case: '" + Printable.of(hash) + "' (expected one that 'dmsc agent quarantine list' shows)");
        }
    }

    /** Of that agent's card. */
    public static CaseId of(AgentRef agent, String cardJson) {
        ObjectNode card = A2aJson.parse(cardJson.getBytes(StandardCharsets.UTF_8));
        card.remove("signatures");
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((agent + "\n").getBytes(StandardCharsets.UTF_8));
            return new CaseId(agent.tenant(), HexFormat.of().formatHex(digest.digest(Jcs.canonical(card))));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** From a record's key; empty for any other text. */
    static Optional<CaseId> parse(String key) {
        int slash = key.indexOf('/');
        try {
            return slash < 0
                    ? Optional.empty()
                    : Optional.of(new CaseId(new TenantId(key.substring(0, slash)), key.substring(slash + 1)));
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return tenant + "/" + hash;
    }
}
