package org.dmsc.tenant.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.EnrolmentStep;
import org.dmsc.tenant.enrol.OneTimeTokens.Made;
import org.dmsc.tenant.enrol.OneTimeTokens.Shown;
import org.dmsc.tenant.enrol.OneTimeTokens.Wish;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.testing.HandClock;
import org.dmsc.tenant.testing.Refusals;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Case 19 of security.md, and what the log holds. */
final class OneTimeTokensTest {

    private static final SpiffeId OPERATOR = SpiffeId.node(FabricDomain.DEFAULT, "operator", "local");
    private static final Duration HOUR = Duration.ofHours(1);

    private final HandClock clock = new HandClock();
    private final MemoryEnrolmentLog log = new MemoryEnrolmentLog();
    private final OneTimeTokens here = new OneTimeTokens(log, clock, new SecureRandom());
    private final OneTimeTokens there = new OneTimeTokens(log.another(), clock, new SecureRandom());

    @Test
    void aTokenIsGoodAtItsHostAndWhereTheHostSaysNothing() {
        Made made = invite("acme", "billing");

        assertThat(here.check(shown("acme", "billing", made.token()))).isEqualTo(made.invitation());
        assertThat(there.check(new Shown(Optional.empty(), "billing", made.token())))
                .isEqualTo(made.invitation());
    }

    @Test
    void theLogHoldsNoToken() {
        Made made = invite("acme", "billing");

        assertThat(made.token()).hasSize(43);
        assertThat(log.events().toString()).doesNotContain(made.token()).contains(OneTimeTokens.hash(made.token()));
        assertThat(made.toString()).doesNotContain(made.token());
        assertThat(shown("acme", "billing", made.token()).toString()).doesNotContain(made.token());
    }

    @Test
    @DisplayName("case 19: replay, expired, other tenant's host, other agent id -> 401")
    void refusesWhatIsNotExactlyTheInvitation() {
        Made made = invite("acme", "billing");
        here.consume(made.invitation(), "k", "test");
        refused(Refusal.UNAUTHENTICATED, there, shown("acme", "billing", made.token()));
        Made other = invite("acme", "billing");
        refused(Refusal.UNAUTHENTICATED, here, shown("beta", "billing", other.token()));
        refused(Refusal.UNAUTHENTICATED, here, shown("acme", "support", other.token()));
        refused(Refusal.UNAUTHENTICATED, here, shown("acme", "billing", ""));
        refused(Refusal.UNAUTHENTICATED, here, shown("acme", "billing", "x".repeat(10_000)));
        assertThat(here.check(shown("acme", "billing", other.token()))).isEqualTo(other.invitation());

        clock.advance(OneTimeTokens.USUAL_LIFE);
        refused(Refusal.UNAUTHENTICATED, here, shown("acme", "billing", other.token()));
    }

    @Test
    @DisplayName("case 19: the 6th guess -> 429, at every gateway, and a new invitation works")
    void bearsFiveGuesses() {
        Made made = invite("acme", "billing");
        for (int i = 0; i < Invitations.MOST_GUESSES; i++) {
            refused(Refusal.UNAUTHENTICATED, i % 2 == 0 ? here : there, shown("acme", "billing", "guess-" + i));
        }

        refused(Refusal.QUOTA_EXCEEDED, here, shown("acme", "billing", "guess"));
        refused(Refusal.QUOTA_EXCEEDED, there, shown("acme", "billing", made.token()));
        Made again = invite("acme", "billing");

        assertThat(there.check(shown("acme", "billing", again.token()))).isEqualTo(again.invitation());
        refused(Refusal.UNAUTHENTICATED, here, shown("beta", "billing", "guess"));
    }

    @Test
    void onlyTheFirstClaimOfTheLogCounts() {
        Made made = invite("acme", "billing");
        Invitation mine = here.check(shown("acme", "billing", made.token()));
        Invitation theirs = there.check(shown("acme", "billing", made.token()));

        there.consume(theirs, "k1", "there");
        Refusals.assertRefused(Refusal.UNAUTHENTICATED, () -> here.consume(mine, "k2", "here"));

        assertThat(log.events())
                .filteredOn(event -> event.getStep() == EnrolmentStep.CONSUMED)
                .hasSize(2);
        assertThat(log.invitations().keyOwner("k1"))
                .contains(made.invitation().identity().uri());
    }

    @Test
    void refusesALifeBeyondADay() {
        Refusals.assertRefused(
                Refusal.INVALID_REQUEST,
                () -> here.invite(
                        new Wish(agent("acme", "billing"), NodeNames.NONE, HOUR, Duration.ofHours(25)), OPERATOR));
    }

    /** A token follows {@code --token}: one in 64 would be taken for an option. */
    @Test
    void noTokenLooksLikeAnOption() {
        for (int i = 0; i < 400; i++) {
            assertThat(invite("acme", "billing").token()).doesNotStartWith("-");
        }
    }

    private Made invite(String tenant, String agent) {
        return here.invite(new Wish(agent(tenant, agent), NodeNames.NONE, HOUR, OneTimeTokens.USUAL_LIFE), OPERATOR);
    }

    private static SpiffeId agent(String tenant, String agent) {
        return SpiffeId.agent(FabricDomain.DEFAULT, AgentRef.of(tenant, agent));
    }

    private static Shown shown(String tenant, String agent, String token) {
        return new Shown(Optional.of(tenant + ".fabric.localhost"), agent, token);
    }

    private static void refused(Refusal refusal, OneTimeTokens tokens, Shown shown) {
        Refusals.assertRefused(refusal, () -> tokens.check(shown));
    }
}
