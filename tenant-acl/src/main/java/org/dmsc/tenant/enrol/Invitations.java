package org.dmsc.tenant.enrol;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.avro.EnrolmentEvent;
import org.dmsc.schemas.avro.EnrolmentStep;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.NodeNames;

/**
 * All invitations, folded from the enrolment log in the order of the log. Every gateway folds the same log, so all agree on who claimed a
 * token first. Thread-safe; never blocks for long.
 */
public final class Invitations {

    /** Wrong tokens that an invitation bears. */
    public static final int MOST_GUESSES = 5;

    private static final Duration REMEMBERED = Duration.ofHours(1);
    private static final int SWEEP_EVERY = 1024;

    private final Map<String, Slot> byToken = new HashMap<>();
    private final Map<String, Set<String>> byUser = new HashMap<>();
    private final Map<String, String> keyOwners = new HashMap<>();
    private int applied;

    /** Applies the next event of the log. An event that was applied before changes nothing. */
    public synchronized void apply(EnrolmentEvent event) {
        if (event.getStep() == EnrolmentStep.INVITED) {
            invite(event);
        } else {
            Slot slot = byToken.get(event.getTokenSha256());
            if (slot != null) {
                slot.apply(event);
            }
        }
        if (event.getStep() == EnrolmentStep.CONSUMED && !event.getKeySha256().isEmpty()) {
            keyOwners.putIfAbsent(event.getKeySha256(), event.getIdentity());
        }
        if (++applied % SWEEP_EVERY == 0) {
            forgetExpired(Instant.ofEpochMilli(event.getTime()));
        }
    }

    /** The invitation whose token has this hash, whatever its state. */
    public synchronized Optional<Invitation> byToken(String tokenSha256) {
        return Optional.ofNullable(byToken.get(tokenSha256)).map(slot -> slot.invitation);
    }

    /** All invitations that are meant by this user name. */
    public synchronized List<Invitation> byUser(String user) {
        return byUser.getOrDefault(user, Set.of()).stream()
                .map(byToken::get)
                .map(slot -> slot.invitation)
                .toList();
    }

    /** Who claimed the token first; empty when nobody did. */
    public synchronized Optional<String> winner(String tokenSha256) {
        return Optional.ofNullable(byToken.get(tokenSha256)).flatMap(slot -> slot.winner);
    }

    /** Whether too many wrong tokens were shown for it. */
    public synchronized boolean isExhausted(String tokenSha256) {
        Slot slot = byToken.get(tokenSha256);
        return slot != null && slot.guesses.size() >= MOST_GUESSES;
    }

    /** The identity for which this public key was certified first, as a URI, as long as the log tells. */
    public synchronized Optional<String> keyOwner(String keySha256) {
        return Optional.ofNullable(keyOwners.get(keySha256));
    }

    private void invite(EnrolmentEvent event) {
        Invitation made = new Invitation(
                event.getTokenSha256(),
                SpiffeId.parse(event.getIdentity()),
                new NodeNames(event.getDnsNames(), event.getIpAddresses()),
                Duration.ofSeconds(event.getLifeSeconds()),
                Instant.ofEpochMilli(event.getExpiresAt()));
        byToken.putIfAbsent(made.tokenSha256(), new Slot(made));
        byUser.computeIfAbsent(made.user(), user -> new HashSet<>()).add(made.tokenSha256());
    }

    private void forgetExpired(Instant now) {
        byToken.values()
                .removeIf(slot -> slot.invitation.expiresAt().plus(REMEMBERED).isBefore(now));
        byUser.values().forEach(tokens -> tokens.retainAll(byToken.keySet()));
        byUser.values().removeIf(Set::isEmpty);
    }

    private static final class Slot {

        private final Invitation invitation;
        private final Set<String> guesses = new HashSet<>();
        private Optional<String> winner = Optional.empty();

        private Slot(Invitation invitation) {
            this.invitation = invitation;
        }

        private void apply(EnrolmentEvent event) {
            if (event.getStep() == EnrolmentStep.GUESSED) {
                guesses.add(event.getEntry());
            } else if (winner.isEmpty()) {
                winner = Optional.of(event.getEntry());
            }
        }
    }
}
