package org.dmsc.bridge.mqtt;

import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.Knock;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.bridge.mqtt.wire.TopicRules;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.policy.CallerAuthenticator.Identified;
import org.dmsc.tenant.revocation.LiveConnection;
import org.dmsc.tenant.revocation.LiveConnections;

/** Who may connect, under which client id and for how long; and writes down each refusal of this edge. */
final class Guard {

    private static final String BEARER = "Bearer ";

    private final Identities identities;
    private final Admission admission;
    private final AuditTrail audit;
    private final Consumer<String> count;
    private final Clock clock;
    private final Map<String, Shown> shown = new ConcurrentHashMap<>();

    /** What a connection showed when it was opened, and until when that counts. */
    private record Shown(List<X509Certificate> chain, Optional<Instant> end, LiveConnection live) {}

    /** Where connections are known while they live, and what ends them. */
    record Admission(LiveConnections connections, Evictions evictions, DeviceQuotas quotas) {

        LiveConnection open(Knock knock) {
            return connections.open(why -> evictions.evict(knock.connection(), knock.clientId(), why));
        }
    }

    /**
     * Who is who.
     *
     * @param shown by what is shown on a connection
     * @param vouched on the word of an outside broker
     */
    record Identities(Function<Credentials, Identified> shown, Function<AgentRef, Identified> vouched) {}

    Guard(Identities identities, Admission admission, AuditTrail audit, Consumer<String> count, Clock clock) {
        this.identities = identities;
        this.admission = admission;
        this.audit = audit;
        this.count = count;
        this.clock = clock;
    }

    /** Who connects; remembers until when what it showed is valid. */
    Caller admit(Knock knock) {
        requireOwnWill(knock);
        Identified identified = authenticated(knock);
        Caller caller = identified.caller();
        LiveConnection live = admission.open(knock);
        try {
            AgentRef agent = caller.agent()
                    .orElseThrow(() -> new RefusedException(
                            Refusal.NOT_PERMITTED,
                            caller.id()
                                    + " is no agent (expected an agent's certificate or token; operators use HTTPS)"));
            if (!TopicRules.isClientIdOf(agent, knock.clientId())) {
                throw new RefusedException(
                        Refusal.INVALID_AGENT_ID,
                        "client id: '" + Printable.of(knock.clientId()) + "' (expected '" + DeviceTopic.clientId(agent)
                                + "', or that followed by '/' and a name for one more connection)");
            }
            live.admit(identified.evidence());
            admission.quotas().connect(knock, agent);
        } catch (RefusedException e) {
            live.close();
            refused("connect", caller, e, knock.clientId());
            throw e;
        }
        shown.put(knock.connection(), new Shown(knock.chain(), end(knock), live));
        return caller;
    }

    /** Lets an agent in on the word of an outside broker. */
    Caller vouch(Knock knock, AgentRef agent) {
        Identified identified = identities.vouched().apply(agent);
        LiveConnection live = admission.open(knock);
        try {
            live.admit(identified.evidence());
            admission.quotas().connect(knock, agent);
        } catch (RefusedException e) {
            live.close();
            throw e;
        }
        shown.put(knock.connection(), new Shown(List.of(), Optional.empty(), live));
        return identified.caller();
    }

    /** Writes down the refusal of somebody who is not known. */
    void refusedUnknown(String what, String address, RefusedException refused, String object) {
        count.accept(what);
        audit.refused(RefusalNote.anonymous(address, refused, Optional.of(Printable.of(object))));
    }

    /** Whether the credentials of a connection have run out: TLS and MQTT ask only once. */
    boolean isOver(Device device) {
        Shown credentials = shown.get(device.connection());
        return credentials != null
                && credentials.end().filter(clock.instant()::isAfter).isPresent();
    }

    /** Asks again about a connection that is open: it may have been revoked since, and not be cut yet. */
    void requireAdmitted(Device device) {
        Shown credentials = shown.get(device.connection());
        if (credentials == null) {
            throw new RefusedException(Refusal.UNAUTHENTICATED, "a connection that has ended");
        }
        credentials.live().requireAdmitted();
    }

    void forget(Device device) {
        Shown credentials = shown.remove(device.connection());
        if (credentials != null) {
            credentials.live().close();
        }
        admission.quotas().disconnect(device);
        admission.evictions().gone(device.connection());
    }

    /** Refuses a request's own token unless it names the agent of the connection. */
    void requireSame(Device device, Optional<String> authorization) {
        if (authorization.isEmpty()) {
            return;
        }
        String text = authorization.get();
        if (!text.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw new RefusedException(
                    Refusal.UNAUTHENTICATED, "authorization: is no bearer token (expected 'Bearer <token>')");
        }
        Shown credentials = shown.get(device.connection());
        if (credentials == null) {
            throw new RefusedException(Refusal.UNAUTHENTICATED, "a connection that has ended");
        }
        Identified identified = identities
                .shown()
                .apply(new Credentials(
                        credentials.chain(),
                        Optional.of(text.substring(BEARER.length())),
                        Optional.empty(),
                        device.remoteAddress()));
        Caller named = identified.caller();
        if (!named.agent().equals(Optional.of(device.agent()))) {
            throw new RefusedException(
                    Refusal.IDENTITY_MISMATCH,
                    "authorization: names " + named.id() + " on the connection of " + device.spiffeId()
                            + " (expected the same agent)");
        }
        credentials.live().admit(identified.evidence());
    }

    /** Takes one request of what the device's agent and tenant may send; RATE_LIMITED or QUOTA_EXCEEDED. */
    void requireRate(Device device, int bytes) {
        admission.quotas().request(device, bytes);
    }

    /** Audits and counts a refusal of somebody who is known. */
    void refused(String what, Caller caller, RefusedException refused, String object) {
        count.accept(what);
        audit.refused(RefusalNote.of(caller, refused, Optional.of(Printable.of(object))));
    }

    /**
     * A browser shows its user's certificate for any page that asks it to connect, and HiveMQ does not tell where the page is from. A token it
     * has only for its own.
     */
    private void requireOwnWill(Knock knock) {
        if (knock.transport() == Knock.Transport.WEBSOCKET && knock.password().isEmpty()) {
            RefusedException refused = new RefusedException(
                    Refusal.UNAUTHENTICATED,
                    "a certificate alone over WebSocket (expected a token as password, with or without a certificate)");
            refusedUnknown("connect", knock.remoteAddress(), refused, knock.clientId());
            throw refused;
        }
    }

    private Identified authenticated(Knock knock) {
        try {
            return identities
                    .shown()
                    .apply(new Credentials(knock.chain(), knock.password(), knock.serverName(), knock.remoteAddress()));
        } catch (RefusedException e) {
            refusedUnknown("connect", knock.remoteAddress(), e, knock.clientId());
            throw e;
        }
    }

    private static Optional<Instant> end(Knock knock) {
        Optional<Instant> certificate = knock.chain().stream()
                .findFirst()
                .map(leaf -> leaf.getNotAfter().toInstant());
        Optional<Instant> token = knock.password().flatMap(Guard::expiry);
        if (certificate.isPresent() && token.isPresent()) {
            return certificate.get().isBefore(token.get()) ? certificate : token;
        }
        return certificate.or(() -> token);
    }

    /** The {@code exp} of a token that was verified already. */
    private static Optional<Instant> expiry(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        long seconds = A2aJson.parse(Base64.getUrlDecoder().decode(parts[1]))
                .path("exp")
                .asLong(0);
        return seconds > 0 ? Optional.of(Instant.ofEpochSecond(seconds)) : Optional.empty();
    }
}
