package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.revocation.Revocation;
import org.dmsc.tenant.revocation.RevocationKey;
import org.dmsc.tenant.revocation.Revoked;

/**
 * {@code POST /v1/revocations}, for operators: {@code {"agent": "<tenant>/<agent>", "reason": "…", "wait": true}}, or one of {@code tenant},
 * {@code serial} with {@code issuer}, {@code spiffeId}, {@code spki}, {@code jti}, {@code kid}, {@code clientId}, {@code grant} in place of
 * the agent. With {@code wait} the answer comes when all live gateways have acted on it, and says how long each took.
 */
final class RevocationPage implements Page {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final int LONGEST_REASON = 256;
    private static final String EXPECTED =
            "exactly one of agent, tenant, serial, spiffeId, spki, jti, kid, clientId and grant";

    private final Optional<OperatorDesk> desk;
    private final Elsewhere elsewhere;
    private final FabricDomain domain;

    RevocationPage(HttpEdgeParts parts) {
        this.desk = parts.operators();
        this.elsewhere = new Elsewhere(parts.settings());
        this.domain = parts.settings().domain();
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (!call.is(HttpMethod.POST, "v1", "revocations")) {
            return Optional.empty();
        }
        if (!call.byOperator()) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    call.caller().id() + ": may not revoke (expected an operator's certificate)");
        }
        OperatorDesk operators = desk.orElseThrow(() -> elsewhere.refused("administration"));
        A2aHeaders.requireJson(call);
        ObjectNode body = A2aJson.parse(call.body());
        RevocationKey key = key(body);
        String reason = body.path("reason").asText("");
        if (reason.length() > LONGEST_REASON) {
            throw invalid("reason: has " + reason.length() + " characters", "at most " + LONGEST_REASON);
        }
        Duration wait = body.path("wait").asBoolean(false) ? LONGEST_WAIT : Duration.ZERO;
        // Writing waits for Kafka: never on an event loop.
        return Optional.of(CompletableFuture.supplyAsync(
                        () -> operators.revoke(key, reason, call.caller().id(), wait),
                        call.context().blockingTaskExecutor())
                .thenCompose(stage -> stage)
                .thenApply(RevocationPage::answer));
    }

    private RevocationKey key(ObjectNode body) {
        List<RevocationKey> named = new ArrayList<>();
        text(body, "agent").map(this::agent).ifPresent(named::add);
        text(body, "tenant").map(TenantId::new).map(RevocationKey::tenant).ifPresent(named::add);
        text(body, "serial").map(serial -> serial(body, serial)).ifPresent(named::add);
        text(body, "spiffeId")
                .map(id -> RevocationKey.identity(SpiffeId.parse(id)))
                .ifPresent(named::add);
        text(body, "spki")
                .map(hash -> new RevocationKey(RevocationKind.SPKI, plainHex(hash)))
                .ifPresent(named::add);
        text(body, "jti").map(id -> ofIssuer(RevocationKind.JTI, id)).ifPresent(named::add);
        text(body, "kid").map(id -> ofIssuer(RevocationKind.KID, id)).ifPresent(named::add);
        text(body, "clientId").map(id -> ofIssuer(RevocationKind.CLIENT_ID, id)).ifPresent(named::add);
        text(body, "grant")
                .map(id -> new RevocationKey(RevocationKind.GRANT, id))
                .ifPresent(named::add);
        if (named.size() != 1) {
            throw invalid("revocation: names " + named.size() + " things", EXPECTED);
        }
        return named.get(0);
    }

    private RevocationKey agent(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 2) {
            throw invalid("agent: '" + Printable.of(text) + "'", "<tenant>/<agent>");
        }
        return RevocationKey.identity(
                SpiffeId.agent(domain, new AgentRef(new TenantId(parts[0]), new AgentId(parts[1]))));
    }

    private static RevocationKey serial(ObjectNode body, String serial) {
        String issuer = text(body, "issuer")
                .map(RevocationPage::plainHex)
                .orElseThrow(() -> invalid("issuer: missing", "the SHA-256 of the issuing CA's certificate, in hex"));
        try {
            return RevocationKey.serial(issuer, new BigInteger(plainHex(serial), 16));
        } catch (NumberFormatException e) {
            throw invalid("serial: '" + Printable.of(serial) + "'", "hex digits, as openssl x509 -serial prints them");
        }
    }

    private static RevocationKey ofIssuer(RevocationKind kind, String text) {
        int slash = text.indexOf('/');
        if (slash < 1) {
            throw invalid(kind + ": '" + Printable.of(text) + "'", "<tenant>/<value>");
        }
        return RevocationKey.ofIssuer(kind, new TenantId(text.substring(0, slash)), text.substring(slash + 1));
    }

    /** As tools print it: with colons, in capitals. */
    private static String plainHex(String text) {
        return text.replace(":", "").toLowerCase(Locale.ROOT);
    }

    private static Optional<String> text(ObjectNode body, String name) {
        return Optional.of(body.path(name).asText("")).filter(text -> !text.isEmpty());
    }

    private static HttpResponse answer(Revoked revoked) {
        Revocation made = revoked.revocation();
        ObjectNode body = A2aJson.object();
        body.put("revocationId", made.id());
        body.put("revoked", made.key().text());
        body.put("generation", made.generation());
        body.put("at", made.at().toString());
        body.put(
                "issuedBefore",
                made.issuedBefore().equals(Revocation.ALWAYS)
                        ? "always"
                        : made.issuedBefore().toString());
        ArrayNode gateways = body.putArray("gateways");
        revoked.acknowledged()
                .forEach(ack -> gateways.addObject()
                        .put("gateway", ack.gateway())
                        .put("generation", ack.generation())
                        .put("millis", ack.millis())
                        .put("heardAfterMillis", ack.heardAfter().toNanos() / 1_000_000.0)
                        .put("cut", ack.cut()));
        ArrayNode missing = body.putArray("missing");
        revoked.missing().stream().sorted().forEach(missing::add);
        return Answers.json(HttpStatus.OK, body);
    }

    private static RefusedException invalid(String what, String expected) {
        return new RefusedException(Refusal.INVALID_REQUEST, what + " (expected " + expected + ")");
    }
}
