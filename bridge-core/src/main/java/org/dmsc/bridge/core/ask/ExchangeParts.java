package org.dmsc.bridge.core.ask;

import java.time.Clock;
import java.util.Optional;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.BridgeMetrics;
import org.dmsc.bridge.core.DelegationTokens;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.TaskQueries;
import org.dmsc.bridge.core.payload.Payloads;
import org.dmsc.bridge.core.publish.KeysAtHand;
import org.dmsc.bridge.core.publish.Outbox;
import org.dmsc.bridge.core.publish.PayloadWriter;
import org.dmsc.bridge.core.watch.TaskWatches;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.embed.Nearness;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.keys.AuditHmac;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.policy.Gatekeeper;
import org.dmsc.tenant.policy.Masks;
import org.dmsc.tenant.quota.QuotaGate;

/**
 * What an exchange works with.
 *
 * @param nearness what a model of meaning says of requests that name neither agent nor skill
 * @param receipts who signs them; empty: callers get none
 */
public record ExchangeParts(
        Gatekeeper gatekeeper,
        QuotaGate quotas,
        Masks masks,
        Tenants tenants,
        Agents agents,
        AuditHmac hmac,
        DelegationTokens tokens,
        Outbox outbox,
        Envelopes envelopes,
        PayloadWriter payloads,
        Payloads stored,
        KeysAtHand keys,
        FabricDomain domain,
        TaskWatches watches,
        TaskQueries queries,
        Nearness nearness,
        AuditTrail audit,
        BridgeMetrics metrics,
        String gateway,
        int lanes,
        Optional<Receipts> receipts,
        Clock clock) {

    /** The exchange of these parts. */
    public Exchange exchange() {
        return new KafkaExchange(this);
    }
}
