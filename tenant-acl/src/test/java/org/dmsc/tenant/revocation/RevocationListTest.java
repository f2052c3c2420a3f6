package org.dmsc.tenant.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.tenant.identity.SpiffeId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class RevocationListTest {

    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    static final String CA = "ab".repeat(32);
    static final SpiffeId AGENT = SpiffeId.parse("spiffe://acme.fabric.localhost/agent/a");

    private final AtomicReference<Duration> age = new AtomicReference<>(Duration.ZERO);
    private final RevocationList list = new RevocationList(age::get);

    static Evidence certificate(int serial, Instant issuedAt) {
        return new Evidence(
                Set.of(
                        RevocationKey.serial(CA, BigInteger.valueOf(serial)),
                        RevocationKey.identity(AGENT),
                        RevocationKey.tenant(new TenantId("acme"))),
                issuedAt,
                issuedAt.plusSeconds(3600),
                Evidence.Source.CERTIFICATE);
    }

    static Evidence token(String jti, Instant issuedAt) {
        return Evidence.ofToken(
                AGENT,
                new TenantId("acme"),
                Map.of(RevocationKind.JTI, jti, RevocationKind.KID, "k1"),
                issuedAt,
                issuedAt.plusSeconds(300));
    }

    static Revocation of(RevocationKey key, Instant before, long generation) {
        return new Revocation(key, before, "id-" + generation, "", "spiffe://x/operator/y", NOW, generation);
    }

    @Test
    @DisplayName("case 16: what is issued after the revocation of an identity counts, what was issued before does not")
    void anIdentityIsRevokedUpToATime() {
        list.apply(of(RevocationKey.identity(AGENT), NOW, 7));

        assertRevoked(certificate(1, NOW.minusSeconds(1)));
        assertRevoked(token("t", NOW.minusSeconds(1)));
        assertThatCode(() -> list.require(certificate(2, NOW))).doesNotThrowAnyException();
        assertThatCode(() -> list.require(token("u", NOW.plusSeconds(1)))).doesNotThrowAnyException();
        assertThat(list.generation()).isEqualTo(7);
    }

    @Test
    void aTenantTakesItsAgentsWithIt() {
        list.apply(of(RevocationKey.tenant(new TenantId("acme")), NOW, 1));

        assertRevoked(certificate(1, NOW.minusSeconds(1)));
        assertRevoked(token("t", NOW.minusSeconds(1)));
    }

    @Test
    void aSerialIsOfOneIssuerAndForEver() {
        list.apply(of(RevocationKey.serial(CA, BigInteger.TEN), Revocation.ALWAYS, 1));
        list.apply(of(RevocationKey.serial("cd".repeat(32), BigInteger.TWO), Revocation.ALWAYS, 2));

        assertRevoked(certificate(10, NOW.plusSeconds(99)));
        assertThatCode(() -> list.require(certificate(2, NOW))).doesNotThrowAnyException();
        assertThat(list.serialsOf(CA)).containsExactly(new RevocationList.RevokedSerial(BigInteger.TEN, NOW));
    }

    @Test
    void aTokenIsRevokedWithoutItsNeighbours() {
        list.apply(of(RevocationKey.ofIssuer(RevocationKind.JTI, new TenantId("acme"), "t"), Revocation.ALWAYS, 1));

        assertRevoked(token("t", NOW));
        assertThatCode(() -> list.require(token("u", NOW))).doesNotThrowAnyException();
    }

    @Test
    void anEarlierTimeThatComesLaterTakesNothingBack() {
        list.apply(of(RevocationKey.identity(AGENT), NOW, 1));
        list.apply(of(RevocationKey.identity(AGENT), NOW.minusSeconds(60), 2));

        assertRevoked(certificate(1, NOW.minusSeconds(1)));
    }

    @Test
    @DisplayName("case 14: who has not heard revocations for two seconds admits nobody")
    void isStaleAfterTwoSeconds() {
        age.set(RevocationList.STALE);
        assertThatCode(list::requireFresh).doesNotThrowAnyException();

        age.set(RevocationList.STALE.plusMillis(1));
        assertThatThrownBy(list::requireFresh)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.REVOCATIONS_STALE));
    }

    @Test
    void refusesKeysThatNameNothing() {
        for (RevocationKind kind : new RevocationKind[] {RevocationKind.TICK, RevocationKind.UNKNOWN}) {
            assertThatThrownBy(() -> new RevocationKey(kind, "x")).isInstanceOf(RefusedException.class);
        }
        assertThatThrownBy(() -> RevocationKey.serial("AB", BigInteger.ONE)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> RevocationKey.serial(CA, BigInteger.ONE.negate()))
                .isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> new RevocationKey(RevocationKind.SPKI, "zz")).isInstanceOf(RefusedException.class);
    }

    private void assertRevoked(Evidence evidence) {
        assertThatThrownBy(() -> list.require(evidence))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.REVOKED));
    }
}
