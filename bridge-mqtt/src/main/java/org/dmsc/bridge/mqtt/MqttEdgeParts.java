package org.dmsc.bridge.mqtt;

import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.Supplier;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.OwedReplies;
import org.dmsc.bridge.core.PushConfigs;
import org.dmsc.bridge.core.cards.CardGate;
import org.dmsc.bridge.mqtt.broker.BrokerSettings;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.policy.CallerAuthenticator.Identified;
import org.dmsc.tenant.quota.QuotaGate;
import org.dmsc.tenant.revocation.LiveConnections;

/**
 * What the edge is made of.
 *
 * @param settings where it listens
 * @param identity key and certificate of the listener
 * @param authorities the root and all issuing CAs: whose clients may finish the TLS handshake
 * @param authentication decides who they are ({@code CallerAuthenticator::identify})
 * @param vouching decides about agents behind outside brokers ({@code CallerAuthenticator::vouch})
 * @param connections those that are open, to be cut when their device is revoked
 * @param quotas limits of requests, connections and subscriptions
 * @param push where callers want to be told of their tasks
 * @param owed what devices wait for, the same on all gateways
 * @param cards what is asked of cards before they are registered
 * @param tokens the delegation token that goes with a delivery ({@code DelegationTokens::issue})
 */
public record MqttEdgeParts(
        BrokerSettings settings,
        IssuedIdentity identity,
        Supplier<Collection<X509Certificate>> authorities,
        Function<Credentials, Identified> authentication,
        Function<AgentRef, Identified> vouching,
        LiveConnections connections,
        QuotaGate quotas,
        Exchange exchange,
        PushConfigs push,
        OwedReplies owed,
        AgentReports reports,
        AuditTrail audit,
        Agents agents,
        Tenants tenants,
        CardGate cards,
        Function<Delivery, String> tokens,
        Clock clock,
        SecureRandom random,
        MeterRegistry meters) {}
