package org.dmsc.tenant.oauth;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.dpop.DpopProof;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.Possession;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.token.IssuedToken;
import org.dmsc.tenant.token.TokenBinding;
import org.dmsc.tenant.token.TokenIssuer;

/**
 * The token endpoint: with which key ▸ who asks ▸ for what ▸ a token of five minutes. A proof of possession (RFC 9449 5) is read before the client is
 * asked, or an assertion that counts once would be lost to a nonce that was missing; it is used up after, so that strangers use up no room.
 *
 * <p>No list of clients is looked at before a client has proved itself, and every failure to do so has one answer: neither words nor time tell
 * whether a client exists. Reads a key file at times, so it MUST NOT be called on an event loop. Thread-safe.
 */
public final class TokenDesk {

    private static final Duration LIFE = Duration.ofMinutes(5);
    private static final int MOST_FAILURES = 20;
    private static final int MOST_TOKENS = 120;
    private static final int MOST_SCOPES = 64;
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final String SCOPE = "[!#-\\[\\]-~]+";

    private final CallerAuthenticator authenticator;
    private final ClientAssertions assertions;
    private final Agents agents;
    private final TokenIssuer issuer;
    private final AttemptLimit<String> failures;
    private final AttemptLimit<AgentRef> tokens;

    public TokenDesk(
            CallerAuthenticator authenticator, FabricDomain domain, Agents agents, TokenIssuer issuer, Clock clock) {
        this.authenticator = authenticator;
        this.assertions = new ClientAssertions(authenticator, domain, clock);
        this.agents = agents;
        this.issuer = issuer;
        this.failures = new AttemptLimit<>(MOST_FAILURES, Ticker.systemTicker());
        this.tokens = new AttemptLimit<>(MOST_TOKENS, Ticker.systemTicker());
    }

    /** The answer; every error of the client is a value. */
    public TokenAnswer answer(TokenAsk ask) {
        try {
            requireShape(ask);
            TokenForm form = TokenForm.parse(ask.form());
            String grant = form.require("grant_type");
            if (!grant.equals("client_credentials")) {
                throw new TokenFault(
                        TokenError.UNSUPPORTED_GRANT_TYPE, "grant_type is not known (expected client_credentials)");
            }
            ClientMethod method = form.find("client_assertion").isPresent()
                    ? ClientMethod.PRIVATE_KEY_JWT
                    : ClientMethod.TLS_CLIENT_AUTH;
            Optional<DpopProof> proof = ask.proof().map(shown -> proof(shown, ask.credentials()));
            Caller client = client(form, method, ask.credentials());
            Set<String> scope = scope(form, client);
            proof.ifPresent(read -> accept(read, ask.proof().orElseThrow(), client));
            TokenBinding bound =
                    new TokenBinding(ask.credentials().chain().stream().findFirst(), proof.map(DpopProof::thumbprint));
            return granted(client, method, scope, bound);
        } catch (TokenFault e) {
            return e.answer();
        }
    }

    private static void requireShape(TokenAsk ask) {
        if (!ask.method().equals("POST")) {
            throw new TokenFault(TokenError.METHOD_NOT_ALLOWED, "expected POST");
        }
        String type = ask.contentType().toLowerCase(Locale.ROOT);
        if (!type.equals(FORM) && !type.startsWith(FORM + ";")) {
            throw new TokenFault(TokenError.INVALID_REQUEST, "expected Content-Type " + FORM);
        }
    }

    private DpopProof proof(Possession proof, Credentials shown) {
        requireRoom(shown);
        try {
            return authenticator.possession().read(proof);
        } catch (RefusedException e) {
            if (e.refusal() != Refusal.DPOP_NONCE) {
                failures.take(shown.remoteAddress());
            }
            throw TokenFault.proof(e);
        }
    }

    private void accept(DpopProof read, Possession proof, Caller client) {
        try {
            authenticator.possession().accept(read, proof, client.tenant());
        } catch (RefusedException e) {
            throw TokenFault.proof(e);
        }
    }

    /** TLS has proved a certificate already, at its own price; trying signatures or names in a row is what costs us. */
    private void requireRoom(Credentials shown) {
        if (shown.chain().isEmpty() && !failures.hasRoom(shown.remoteAddress())) {
            throw new TokenFault(TokenError.TOO_MANY, "too many failed attempts from there; try again in a minute");
        }
    }

    private Caller client(TokenForm form, ClientMethod method, Credentials shown) {
        requireRoom(shown);
        try {
            Caller client = method == ClientMethod.PRIVATE_KEY_JWT ? asserted(form, shown) : certified(form, shown);
            if (form.find("client_secret").isPresent()) {
                throw refused("brings a secret, which nobody has here");
            }
            return client;
        } catch (RefusedException e) {
            failures.take(shown.remoteAddress());
            throw TokenFault.client(e);
        }
    }

    private Caller certified(TokenForm form, Credentials shown) {
        String name = form.require("client_id");
        if (shown.chain().isEmpty()) {
            throw refused("shows neither a certificate nor an assertion");
        }
        Caller client = authenticator.authenticate(withoutToken(shown));
        if (client.kind() != Caller.Kind.AGENT || !ClientNames.names(client, name)) {
            throw refused("has another client_id than its certificate");
        }
        return client;
    }

    private Caller asserted(TokenForm form, Credentials shown) {
        if (!form.require("client_assertion_type").equals(ASSERTION_TYPE)) {
            throw new TokenFault(
                    TokenError.INVALID_REQUEST, "client_assertion_type is not known (expected " + ASSERTION_TYPE + ")");
        }
        Caller client = assertions.check(form.require("client_assertion"), shown);
        if (form.find("client_id")
                .filter(name -> !ClientNames.names(client, name))
                .isPresent()) {
            throw refused("has another client_id than its assertion");
        }
        if (!shown.chain().isEmpty()
                && !authenticator.authenticate(withoutToken(shown)).agent().equals(client.agent())) {
            throw refused("has another certificate than its assertion");
        }
        return client;
    }

    /** What was asked for, if all of it is among what the agent registered. */
    private Set<String> scope(TokenForm form, Caller client) {
        Optional<String> asked = form.find("scope");
        if (asked.isEmpty()) {
            return Set.of();
        }
        Set<String> wanted = new TreeSet<>(Arrays.asList(asked.get().split(" ", -1)));
        Set<String> own =
                agents.find(client.agent().orElseThrow()).map(TokenDesk::skills).orElse(Set.of());
        if (wanted.size() > MOST_SCOPES
                || !wanted.stream().allMatch(value -> value.matches(SCOPE))
                || !own.containsAll(wanted)) {
            throw new TokenFault(
                    TokenError.INVALID_SCOPE, "scope is not a part of the skills that the client registered");
        }
        return wanted;
    }

    private static Set<String> skills(AgentSnapshot agent) {
        return agent.getRegistration().getSkills().stream()
                .map(SkillRecord::getId)
                .collect(Collectors.toSet());
    }

    private TokenAnswer granted(Caller client, ClientMethod method, Set<String> scope, TokenBinding bound) {
        AgentRef agent = client.agent().orElseThrow();
        if (!tokens.take(agent)) {
            throw new TokenFault(
                    TokenError.TOO_MANY, "more than " + MOST_TOKENS + " tokens in a minute; a token can be used again");
        }
        IssuedToken token = issuer.grant(agent, LIFE, bound, scope);
        TokenType type = bound.key().isPresent() ? TokenType.DPOP : TokenType.BEARER;
        return new TokenAnswer.Granted(client, token, type, LIFE.toSeconds(), scope, method);
    }

    private static Credentials withoutToken(Credentials shown) {
        return new Credentials(shown.chain(), Optional.empty(), shown.host(), shown.remoteAddress());
    }

    private static RefusedException refused(String why) {
        return new RefusedException(Refusal.UNAUTHENTICATED, "client " + why);
    }
}
