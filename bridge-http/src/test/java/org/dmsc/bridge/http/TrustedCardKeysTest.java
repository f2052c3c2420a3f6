package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Jcs;
import org.dmsc.bridge.http.cards.CardForms;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.pki.DetachedJws;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys in a tenant's document that may sign the cards of its agents, on a real edge. */
@Tag("case-69")
final class TrustedCardKeysTest {

    private static final String CARD =
            "{'name':'Signed','description':'Signs its card','version':'1','supportedInterfaces':[{'url':"
                    + "'https://localhost:1/','protocolBinding':'JSONRPC','protocolVersion':'1.0'}],'capabilities':{'streaming':false},"
                    + "'defaultInputModes':['text/plain'],'defaultOutputModes':['text/plain'],"
                    + "'skills':[{'id':'s','name':'S','description':'Does s','tags':['s']}]}";

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static ECKey release;
    static final AtomicInteger fetches = new AtomicInteger();

    @BeforeAll
    static void start() throws Exception {
        edge = new EdgeFixture(dir);
        release = new ECKeyGenerator(Curve.P_256).keyID("release").generate();
        edge.fetcher.set(order -> {
            fetches.incrementAndGet();
            return CompletableFuture.failedStage(new RefusedException(Refusal.FETCH_FAILED, "nothing there"));
        });
    }

    @AfterEach
    void noRules() {
        edge.policies.put("acme", "{}");
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @Test
    void takesACardThatAKeyOfTheTenantSigned() throws Exception {
        ObjectNode signed = signed(card(), release);

        assertThat(reason("early", signed))
                .as("before the key is in the document")
                .isEqualTo("CARD_NOT_VERIFIED");
        rules("'require-signature':true");
        assertThat(register("trusted", signed).status()).isEqualTo(201);
        edge.policies.put("beta", "{}");
        assertThat(EdgeFixture.send(edge.agent("beta", "trusted"), edge.post("/v1/agents/trusted", body(signed)))
                        .status())
                .as("another tenant's keys count for nobody else")
                .isEqualTo(400);
    }

    @Test
    @DisplayName("case 69: an unknown key, a changed card, keys that the card itself names")
    void refusesWhateverElseIsSigned() throws Exception {
        rules("'require-signature':true");
        ECKey foreign = new ECKeyGenerator(Curve.P_256).keyID("release").generate();
        ObjectNode changed = signed(card(), release).put("description", "Something else");
        ObjectNode elsewhere = signed(card(), release);
        ((ObjectNode) elsewhere.at("/supportedInterfaces/0")).put("url", "https://localhost:2/");

        assertThat(reason("hostile", signed(card(), foreign))).isEqualTo("CARD_NOT_VERIFIED");
        assertThat(reason("hostile", changed)).isEqualTo("CARD_NOT_VERIFIED");
        assertThat(reason("hostile", elsewhere)).isEqualTo("CARD_NOT_VERIFIED");
        assertThat(reason("hostile", card())).isEqualTo("CARD_NOT_SIGNED");
        ObjectNode odd = card();
        odd.put("signatures", "none");
        assertThat(reason("hostile", odd)).isEqualTo("CARD_NOT_SIGNED");
        odd.putArray("signatures")
                .add(1)
                .addNull()
                .addObject()
                .put("protected", "e30")
                .put("signature", "");
        assertThat(reason("hostile", odd)).isEqualTo("CARD_NOT_VERIFIED");
        assertThat(fetches).as("nothing that a header names is fetched").hasValue(0);
    }

    @Test
    void ofAnOldCardTheWholeMustBeSigned() throws Exception {
        rules("'require-signature':true");
        ObjectNode old = card();
        old.remove("supportedInterfaces");
        old.put("url", "https://localhost:1/").put("protocolVersion", "0.3.0");
        ObjectNode inPart = signed(old, release, CardForms.canonical(old)).put("url", "https://localhost:2/");
        ObjectNode whole = signed(old, release, Jcs.canonical(old));

        assertThat(reason("old", inPart)).as("where it is was not signed").isEqualTo("CARD_NOT_VERIFIED");
        assertThat(register("old", whole).status()).isEqualTo(201);
    }

    @Test
    void theAgentsOwnCertificateCountsUnlessTheTenantWantsItsKeysOnly() throws Exception {
        DetachedJws.Signature own = DetachedJws.sign(
                CardForms.canonical(card()), edge.identities.agent("acme", "own"), "https://keys.example/");
        ObjectNode signed = withSignature(card(), own);

        rules("'require-signature':true");
        assertThat(register("own", signed).status()).isEqualTo(201);
        rules("'require-signature':true,'keys-only':true");
        assertThat(reason("own", signed)).isEqualTo("CARD_NOT_VERIFIED");
        assertThat(register("own", signed(card(), release)).status()).isEqualTo(200);
    }

    private static void rules(String rules) {
        edge.policies.put(
                "acme",
                "{'cards':{" + rules + ",'keys':["
                        + release.toPublicJWK().toJSONString().replace('"', '\'') + "]}}");
    }

    private static ObjectNode card() {
        return A2aJson.parse(CARD.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode signed(ObjectNode card, ECKey by) throws Exception {
        return signed(card, by, CardForms.canonical(card));
    }

    private static ObjectNode signed(ObjectNode card, ECKey by, byte[] form) throws Exception {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID(by.getKeyID())
                .jwkURL(URI.create("https://localhost:1/jwks.json"))
                .jwk(by.toPublicJWK())
                .build();
        String encoded = header.toBase64URL().toString();
        Base64URL signature = new ECDSASigner(by)
                .sign(header, (encoded + "." + Base64URL.encode(form)).getBytes(StandardCharsets.US_ASCII));
        return withSignature(card, new DetachedJws.Signature(encoded, signature.toString()));
    }

    private static ObjectNode withSignature(ObjectNode card, DetachedJws.Signature signature) {
        ObjectNode signed = card.deepCopy();
        signed.putArray("signatures")
                .addObject()
                .put("protected", signature.protectedHeader())
                .put("signature", signature.signature());
        return signed;
    }

    private static String body(ObjectNode card) {
        return "{\"card\":" + card + "}";
    }

    private static EdgeFixture.Answer register(String agent, ObjectNode card) throws Exception {
        return EdgeFixture.send(
                edge.identities.client(
                        Optional.of(edge.identities.agent("acme", agent)), java.net.http.HttpClient.Version.HTTP_2),
                edge.post("/v1/agents/" + agent, body(card)));
    }

    private static String reason(String agent, ObjectNode card) throws Exception {
        return register(agent, card).json().at("/error/details/0/reason").asText();
    }
}
