package org.dmsc.bridge.http.agents;

import com.linecorp.armeria.common.TlsPeerVerifier;
import com.linecorp.armeria.common.TlsPeerVerifierFactory;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.PeerValidator;

/**
 * Believes only the one agent, by its SPIFFE id and the fabric's root; host names say nothing here. A record, because connections are pooled
 * by what they were verified with: a connection to one agent is never used for another that lives at the same address.
 */
record ExpectedPeer(PeerValidator peers, SpiffeId agent) implements TlsPeerVerifierFactory {

    @Override
    public TlsPeerVerifier create(TlsPeerVerifier instead) {
        return (chain, authType, engine) -> peers.expecting(agent).checkServerTrusted(chain, authType, engine);
    }
}
