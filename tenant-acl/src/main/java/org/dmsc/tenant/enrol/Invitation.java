package org.dmsc.tenant.enrol;

import java.time.Duration;
import java.time.Instant;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.NodeNames;

/**
 * The promise that whoever shows a token gets a certificate, once.
 *
 * @param tokenSha256 hex of the hash of the token's text; the token itself is kept nowhere
 * @param identity what the certificate will name; its trust domain is the tenant's host, or the platform's
 * @param names of a node: under which it is reached; none for agents
 * @param life of the certificate
 * @param expiresAt end of the token
 */
public record Invitation(String tokenSha256, SpiffeId identity, NodeNames names, Duration life, Instant expiresAt) {

    /** The name that the invited one gives as user: an agent's id, or {@code <kind>/<id>} of a node. */
    public String user() {
        return user(identity);
    }

    static String user(SpiffeId identity) {
        String path = identity.path().substring(1);
        return path.startsWith("agent/") ? path.substring("agent/".length()) : path;
    }
}
