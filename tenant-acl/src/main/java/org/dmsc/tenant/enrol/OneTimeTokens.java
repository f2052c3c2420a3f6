package org.dmsc.tenant.enrol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.EnrolmentEvent;
import org.dmsc.schemas.avro.EnrolmentStep;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.NodeNames;

/**
 * One-time tokens: 256 random bits, of which only the hash is written down.
 *
 * <pre>
 *   invite ──▶ INVITED ──▶ check (any number) ──▶ consume: append CONSUMED, read back
 *                 │                                  └─ first of all CONSUMED of this token? yes: sign. no: somebody else has it
 *                 └─▶ GUESSED × 5: no token for it counts any more
 * </pre>
 * Which claim is the first is decided by the log's order alone, so of two gateways that are shown one token at once exactly one signs.
 * Thread-safe.
 */
public final class OneTimeTokens {

    /** How long a token lives when nobody says otherwise. */
    public static final Duration USUAL_LIFE = Duration.ofMinutes(10);

    /** How long it lives at most. */
    public static final Duration MOST_LIFE = Duration.ofHours(24);

    private static final int TOKEN_BYTES = 32;
    private static final int ENTRY_BYTES = 16;
    private static final int LONGEST_SHOWN = 512;

    private final EnrolmentLog log;
    private final Clock clock;
    private final SecureRandom random;

    public OneTimeTokens(EnrolmentLog log, Clock clock, SecureRandom random) {
        this.log = log;
        this.clock = clock;
        this.random = random;
    }

    /** What an invitation is for. */
    public record Wish(SpiffeId identity, NodeNames names, Duration certificateLife, Duration tokenLife) {}

    /** A token, shown this once. */
    public record Made(String token, Invitation invitation) {

        /** Without the token. */
        @Override
        public String toString() {
            return "Made[" + invitation + "]";
        }
    }

    /**
     * What somebody shows.
     *
     * @param trustDomain that the dialled host names; empty when it names none
     */
    public record Shown(Optional<String> trustDomain, String user, String token) {

        /** Without the token. */
        @Override
        public String toString() {
            return "Shown[" + trustDomain + ", " + Printable.of(user) + "]";
        }
    }

    /** Makes a token. Blocks until all that is needed to accept it is written. */
    public Made invite(Wish wish, SpiffeId actor) {
        if (wish.tokenLife().isNegative()
                || wish.tokenLife().isZero()
                || wish.tokenLife().compareTo(MOST_LIFE) > 0) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "life of a token: " + wish.tokenLife() + " (expected more than zero, at most " + MOST_LIFE + ")");
        }
        String token = token();
        Instant now = clock.instant();
        Invitation made = new Invitation(
                hash(token), wish.identity(), wish.names(), wish.certificateLife(), now.plus(wish.tokenLife()));
        log.append(event(EnrolmentStep.INVITED, made, actor.uri())
                .setDnsNames(made.names().dns())
                .setIpAddresses(made.names().addresses())
                .setLifeSeconds(made.life().toSeconds())
                .setExpiresAt(made.expiresAt().toEpochMilli())
                .build());
        return new Made(token, made);
    }

    /**
     * The invitation that the token is good for now. Takes the same time whatever is wrong: nothing is waited for. What is wrong counts as a
     * guess against every invitation that could have been meant.
     *
     * @throws RefusedException UNAUTHENTICATED, or QUOTA_EXCEEDED after too many guesses
     */
    public Invitation check(Shown shown) {
        String hash = hash(shown.token().length() > LONGEST_SHOWN ? "" : shown.token());
        Invitations known = log.invitations();
        Optional<Invitation> found = known.byToken(hash);
        List<Invitation> open = open(known, shown);
        List<Invitation> judged = found.map(List::of).orElse(open);
        if (judged.stream().anyMatch(one -> known.isExhausted(one.tokenSha256()))) {
            throw new RefusedException(
                    Refusal.QUOTA_EXCEEDED,
                    "one-time token for '" + Printable.of(shown.user()) + "': " + Invitations.MOST_GUESSES
                            + " wrong ones were shown (expected a new invitation)");
        }
        Optional<String> fault = found.map(one -> fault(known, shown, one)).orElse(Optional.of("is not known"));
        if (fault.isPresent()) {
            Stream.concat(found.stream(), open.stream()).distinct().forEach(this::guessed);
            throw refused(shown, fault.get());
        }
        return found.orElseThrow();
    }

    /**
     * Uses the token up. MUST return before anything is signed.
     *
     * @param keySha256 of the public key that will be certified
     * @throws RefusedException UNAUTHENTICATED when somebody else was first, UNAVAILABLE when that cannot be known
     */
    public void consume(Invitation invitation, String keySha256, String actor) {
        EnrolmentEvent claim = event(EnrolmentStep.CONSUMED, invitation, actor)
                .setKeySha256(keySha256)
                .build();
        log.append(claim);
        Optional<String> winner = log.invitations().winner(invitation.tokenSha256());
        if (!winner.equals(Optional.of(claim.getEntry()))) {
            throw new RefusedException(
                    Refusal.UNAUTHENTICATED,
                    "one-time token for " + invitation.identity() + ": was used already (expected a new one)");
        }
    }

    /** Hex of SHA-256, the only form in which a token is kept. */
    static String hash(String token) {
        return sha256(token.getBytes(StandardCharsets.UTF_8));
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }

    /** Invitations in force that a wrong token could have been meant for. */
    private List<Invitation> open(Invitations known, Shown shown) {
        Instant now = clock.instant();
        return known.byUser(shown.user()).stream()
                .filter(one -> now.isBefore(one.expiresAt()))
                .filter(one -> known.winner(one.tokenSha256()).isEmpty())
                .filter(one -> shown.trustDomain()
                        .map(domain -> domain.equals(one.identity().trustDomain()))
                        .orElse(true))
                .toList();
    }

    private Optional<String> fault(Invitations known, Shown shown, Invitation one) {
        if (!one.user().equals(shown.user())) {
            return Optional.of("is for somebody else");
        }
        if (shown.trustDomain()
                .filter(domain -> !domain.equals(one.identity().trustDomain()))
                .isPresent()) {
            return Optional.of("is for another host");
        }
        if (!clock.instant().isBefore(one.expiresAt())) {
            return Optional.of("has expired");
        }
        return known.winner(one.tokenSha256()).map(winner -> "was used already");
    }

    private void guessed(Invitation meant) {
        EnrolmentEvent guess = event(EnrolmentStep.GUESSED, meant, "").build();
        // Counts here at once, and elsewhere when it has been read; the log's copy then changes nothing here.
        log.invitations().apply(guess);
        log.appendLater(guess);
    }

    private EnrolmentEvent.Builder event(EnrolmentStep step, Invitation invitation, String actor) {
        return EnrolmentEvent.newBuilder()
                .setStep(step)
                .setTokenSha256(invitation.tokenSha256())
                .setEntry(HexFormat.of().formatHex(bytes(ENTRY_BYTES)))
                .setIdentity(invitation.identity().uri())
                .setTime(clock.millis())
                .setActor(actor);
    }

    /** One in 64 would begin with a dash, and no command line would take it for a value. */
    private String token() {
        String drawn;
        do {
            drawn = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(TOKEN_BYTES));
        } while (drawn.startsWith("-"));
        return drawn;
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static RefusedException refused(Shown shown, String why) {
        return new RefusedException(
                Refusal.UNAUTHENTICATED,
                "one-time token for '" + Printable.of(shown.user()) + "' " + why
                        + " (expected the token of an invitation that is in force, at its tenant's host, used for the first time)");
    }
}
