package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.Knock;
import org.dmsc.bridge.mqtt.broker.Session;
import org.dmsc.bridge.mqtt.testing.FakeAudit;
import org.dmsc.bridge.mqtt.testing.FakeDirectory;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.quota.QuotaGate;
import org.dmsc.tenant.revocation.LiveConnections;
import org.dmsc.tenant.revocation.RevocationList;
import org.junit.jupiter.api.Test;

final class GuardTest {

    private static final AgentRef AGENT = AgentRef.of("acme", "a");

    private final FakeAudit audit = new FakeAudit();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
    private final Guard guard = new Guard(
            new Guard.Identities(
                    credentials -> new CallerAuthenticator.Identified(
                            new Caller(
                                    Caller.Kind.AGENT,
                                    SpiffeId.agent(
                                            FabricDomain.DEFAULT,
                                            credentials.token().orElse("").startsWith("b")
                                                    ? AgentRef.of("acme", "b")
                                                    : AGENT),
                                    Optional.of(
                                            credentials.token().orElse("").startsWith("b")
                                                    ? AgentRef.of("acme", "b")
                                                    : AGENT),
                                    Caller.Method.TOKEN),
                            List.of()),
                    agent -> {
                        throw new AssertionError("nobody is vouched for");
                    }),
            new Guard.Admission(
                    new LiveConnections(RevocationList.empty(), Clock.systemUTC()),
                    new Evictions((client, why) -> CompletableFuture.completedFuture(true)),
                    new DeviceQuotas(QuotaGate.usual(), new FakeDirectory().agents, new FakeDirectory().tenants)),
            audit,
            what -> {},
            new Clock() {
                @Override
                public java.time.ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(java.time.ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return now.get();
                }
            });

    @Test
    void endsAConnectionWithItsToken() {
        Device device = admitted("acme/main/a", token(2_000));

        assertThat(guard.isOver(device)).isFalse();
        now.set(Instant.ofEpochSecond(2_001));
        assertThat(guard.isOver(device)).isTrue();
        guard.forget(device);
        assertThat(guard.isOver(device)).isFalse();
    }

    @Test
    void refusesAndAuditsAForeignClientId() {
        assertThatThrownBy(() -> admitted("acme/main/b", token(2_000)))
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.refusal()).isEqualTo(Refusal.INVALID_AGENT_ID);
                    assertThat(e.sentence()).contains("'acme/main/b'", "'acme/main/a'");
                });
        assertThat(audit.saw(Refusal.INVALID_AGENT_ID, "agent/a", "acme/main/b"))
                .isTrue();
    }

    @Test
    void takesNoRequestTokenOfAnotherAgent() {
        Device device = admitted("acme/main/a", token(2_000));

        guard.requireSame(device, Optional.empty());
        guard.requireSame(device, Optional.of("bearer a-token"));
        assertThatThrownBy(() -> guard.requireSame(device, Optional.of("Bearer b-token")))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.IDENTITY_MISMATCH));
        assertThatThrownBy(() -> guard.requireSame(device, Optional.of("Basic xyz")))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.UNAUTHENTICATED));
    }

    private Device admitted(String clientId, String password) {
        Knock knock = new Knock(
                "connection-1",
                clientId,
                List.of(),
                Optional.of(password),
                Optional.empty(),
                Device.Version.MQTT5,
                10,
                "127.0.0.1",
                Session.NONE,
                Knock.Transport.TCP);
        Caller caller = guard.admit(knock);
        return new Device("connection-1", clientId, caller, AGENT, Device.Version.MQTT5, 10, "127.0.0.1", Session.NONE);
    }

    private static String token(long expires) {
        String claims = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("{\"exp\":" + expires + "}").getBytes(StandardCharsets.UTF_8));
        return "header." + claims + ".signature";
    }
}
