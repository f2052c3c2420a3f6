package org.dmsc.bridge.mqtt;

import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The parts of one edge, put together. */
record EdgeWiring(
        Devices devices,
        MqttMetrics metrics,
        Announcements announcements,
        ReplyLines replies,
        Arrears arrears,
        Guard guard,
        DeviceQuotas quotas,
        Presences presences,
        MqttAgentLink link,
        ProfileProtocol profile,
        EnvelopeProtocol envelopes) {

    static EdgeWiring of(
            MqttEdgeParts parts,
            Devices devices,
            MqttMetrics metrics,
            Outbox outbox,
            Announcements announcements,
            Executor background) {
        ReplyLines replies = new ReplyLines(devices, new Sessions(parts.clock()), outbox::send, metrics);
        Supplier<String> ids = () -> UUID.randomUUID().toString();
        DeviceQuotas quotas = new DeviceQuotas(parts.quotas(), parts.agents(), parts.tenants());
        Guard guard = new Guard(
                new Guard.Identities(parts.authentication(), parts.vouching()),
                new Guard.Admission(parts.connections(), new Evictions(outbox::evict), quotas),
                parts.audit(),
                metrics::refused,
                parts.clock());
        Presences presences = new Presences(parts, devices, outbox, quotas::requireRoom);
        MqttAgentLink link = new MqttAgentLink(parts, devices, outbox, metrics);
        Debts debts = new Debts(parts.owed(), ids, parts.clock());
        RequestDesk desk = new RequestDesk(
                parts.exchange(),
                new PlainOperations(parts.exchange(), parts.push(), agent -> Announcements.card(agent, parts.agents())),
                parts.owed(),
                debts);
        return new EdgeWiring(
                devices,
                metrics,
                announcements,
                replies,
                new Arrears(debts, desk, outbox, ids, background),
                guard,
                quotas,
                presences,
                link,
                new ProfileProtocol(guard, presences, link, desk, outbox),
                new EnvelopeProtocol(guard, presences, link, desk, outbox, ids));
    }
}
