package org.dmsc.bridge.http;

import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.AuditReader;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.DeadLetters;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.InboxRelay;
import org.dmsc.bridge.core.PushConfigs;
import org.dmsc.bridge.core.cards.CardGate;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.embed.Nearness;
import org.dmsc.tenant.fetch.Fetcher;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.oauth.TokenDesk;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.quota.QuotaGate;
import org.dmsc.tenant.revocation.LiveConnections;

/**
 * What the HTTP edge works with.
 *
 * @param identity this node's certificate; asked for each new connection, so a renewed one is used at once
 * @param connections those that are open, to be cut when their peer is revoked
 * @param nearness a model of meaning that is asked beside it
 * @param experiences what the caller's tenant has learnt orders what it finds
 * @param tokens the token endpoint; empty in a process that holds no token keys
 * @param cards what is asked of cards before they are registered
 * @param fetcher how agents' cards are had from their own addresses
 * @param delegationTokens the token that goes with a task to an agent that fetches it here
 * @param relay to the gateway that holds what such an agent speaks of
 * @param schemas the embedded schema registry; empty where the fabric uses another one
 * @param self SPIFFE id of this node, for the audit log
 * @param operators what operators may do here; empty in a process that holds no keys of the fabric
 * @param pki enrolment and what belongs to it; empty in a process that holds no keys of the fabric
 */
public record HttpEdgeParts(
        EdgeSettings settings,
        Supplier<IssuedIdentity> identity,
        PeerValidator peers,
        CallerAuthenticator authenticator,
        LiveConnections connections,
        QuotaGate quotas,
        Exchange exchange,
        PushConfigs push,
        AgentReports reports,
        Tenants tenants,
        Policies policies,
        Agents agents,
        CapabilityIndex capabilities,
        Experiences experiences,
        Nearness nearness,
        AuditTrail audit,
        AuditReader auditLog,
        DeadLetters dead,
        Optional<OperatorDesk> operators,
        Optional<PkiDesk> pki,
        NodeStatus status,
        Optional<TokenDesk> tokens,
        CardGate cards,
        Fetcher fetcher,
        Function<Delivery, String> delegationTokens,
        InboxRelay relay,
        Optional<SchemaDesk> schemas,
        SpiffeId self,
        Clock clock) {}
