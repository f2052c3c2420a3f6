package org.dmsc.bridge.http.agents;

import java.time.Clock;
import java.util.function.Supplier;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.DelegationTokens;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.revocation.LiveConnections;

/**
 * What calling agents needs.
 *
 * @param self SPIFFE id of this node, for the audit log
 * @param identity this node's certificate, shown to agents; asked for with each call
 * @param connections those that are open, to be cut when their agent is revoked
 * @param maxAnswerBytes largest answer, and largest event of a streamed one
 */
public record HttpAgentLinkParts(
        FabricDomain domain,
        SpiffeId self,
        Supplier<IssuedIdentity> identity,
        PeerValidator peers,
        LiveConnections connections,
        DelegationTokens tokens,
        AuditTrail audit,
        Clock clock,
        int maxAnswerBytes) {}
