package org.dmsc.tenant.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rotation with overlap: a key is published before it signs, and after. */
final class TokenKeysTest {

    private static final TenantId ACME = new TenantId("acme");

    @TempDir
    Path dir;

    private final HandClock clock = new HandClock();
    private TokenKeys keys;

    @BeforeEach
    void oneKey() {
        keys = TokenKeys.open(dir, "a long password".toCharArray());
        keys.createFor(ACME, clock.instant());
    }

    @Test
    void aNewKeyIsPublishedBeforeItSigns() throws Exception {
        String first = signedBy();
        clock.advance(Duration.ofDays(30));
        String published = keys.createFor(ACME, clock.instant());

        assertThat(ids(published)).hasSize(2).contains(first);
        assertThat(signedBy()).isEqualTo(first);
        clock.advance(TokenKeys.PUBLISHED_AHEAD.minusSeconds(1));
        assertThat(signedBy()).isEqualTo(first);
        clock.advance(Duration.ofSeconds(1));
        assertThat(signedBy()).isNotEqualTo(first).isIn(ids(published));
    }

    @Test
    void anOldKeyStaysPublishedWhileItsTokensLive() throws Exception {
        String first = signedBy();
        keys.createFor(ACME, clock.instant());
        clock.advance(TokenKeys.PUBLISHED_AHEAD.plus(TokenKeys.PUBLISHED_AFTER).minusSeconds(1));

        assertThat(keys.retire(ACME, clock.instant())).isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(keys.retire(ACME, clock.instant())).isEqualTo(1);
        assertThat(ids(keys.publicJwks(ACME))).hasSize(1).doesNotContain(first);
        assertThat(keys.retire(ACME, clock.instant())).as("the last one stays").isZero();
    }

    @Test
    void aNumberIsNeverUsedAgain() throws Exception {
        keys.createFor(ACME, clock.instant());
        clock.advance(Duration.ofDays(1));
        keys.retire(ACME, clock.instant());

        String published = keys.createFor(ACME, clock.instant());

        assertThat(ids(published)).hasSize(2);
    }

    private String signedBy() throws Exception {
        String token = new TokenIssuer(keys, FabricDomain.DEFAULT, clock)
                .issue(AgentRef.of("acme", "planner"), Duration.ofMinutes(5));
        return SignedJWT.parse(token).getHeader().getKeyID();
    }

    private static List<String> ids(String jwks) throws Exception {
        return JWKSet.parse(jwks).getKeys().stream().map(key -> key.getKeyID()).toList();
    }
}
