package org.dmsc.tenant.keys.remote;

import java.util.Map;
import java.util.Set;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.KeyClass;

/**
 * Which keys a process is given, by the kind of node that its certificate says. Pure.
 *
 * <pre>
 *   gateway            routing, payload, audit: it translates, so it sees plaintext
 *   router, registry   routing
 *   all others         nothing
 * </pre>
 */
final class KeyRights {

    private static final String GATEWAY = "gateway";
    private static final Map<String, Set<KeyClass>> CLASSES = Map.of(
            GATEWAY,
            Set.of(KeyClass.ROUTING, KeyClass.PAYLOAD),
            "router",
            Set.of(KeyClass.ROUTING),
            "registry",
            Set.of(KeyClass.ROUTING));

    private final FabricDomain domain;

    KeyRights(FabricDomain domain) {
        this.domain = domain;
    }

    /**
     * Returns when the peer may work with data keys of that class.
     *
     * @throws RefusedException NOT_PERMITTED
     */
    void require(SpiffeId peer, KeyClass keyClass) {
        String kind = kind(peer);
        if (!CLASSES.getOrDefault(kind, Set.of()).contains(keyClass)) {
            throw refused(peer, keyClass.label() + " keys");
        }
    }

    /**
     * Returns when the peer may have audit keys.
     *
     * @throws RefusedException NOT_PERMITTED
     */
    void requireAudit(SpiffeId peer) {
        if (!kind(peer).equals(GATEWAY)) {
            throw refused(peer, "audit keys");
        }
    }

    private String kind(SpiffeId peer) {
        return peer.nodeKind(domain).orElse("");
    }

    private static RefusedException refused(SpiffeId peer, String what) {
        return new RefusedException(
                Refusal.NOT_PERMITTED,
                peer + ": may not have " + what
                        + " (expected a gateway, or for routing keys also a router or a registry of this fabric)");
    }
}
