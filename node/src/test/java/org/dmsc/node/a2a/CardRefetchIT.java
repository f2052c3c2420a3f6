package org.dmsc.node.a2a;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Jcs;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.Test;

/** The card of an agent that was registered by its URL, over its life: the same, another, a forged one, none. */
final class CardRefetchIT {

    private static final String AGENT = "/v1/agents/clerk?tenant=acme";

    @Test
    void followsACardFromItsFirstVersionToItsEnd() throws Exception {
        int port = CardServer.freePort();
        ECKey release = new ECKeyGenerator(Curve.P_256).keyID("release").generate();
        try (TestFabric fabric =
                TestFabric.start(Map.of("fetch.allow-private", "localhost:" + port, "fetch.card-refresh", "1s"))) {
            fabric.createTenant("acme");
            fabric.apply(
                    "acme",
                    "cards: {require-signature: true, keys: ["
                            + release.toPublicJWK().toJSONString() + "]}");
            try (CardServer agent = new CardServer(fabric.addAgent("acme", "clerk"), port)) {
                Participant operator = fabric.operator();
                agent.card = signed(card(port, "1", "Files papers"), release);
                ObjectNode url = Participant.JSON.createObjectNode().put("url", "https://localhost:" + port);
                Answer registered = operator.post("/v1/agents?tenant=acme", url);
                assertThat(registered.status()).as("%s", registered).isEqualTo(201);
                JsonNode first = operator.get(AGENT).body().path("card");
                assertThat(first.path("signer").asText()).isEqualTo("key:release");

                TestFabric.await("it is asked on condition", () -> agent.answered(304) >= 2);
                assertThat(operator.get(AGENT).body().path("card")).isEqualTo(first);

                agent.card = signed(card(port, "2", "Files and finds papers"), release);
                TestFabric.await("the other card is registered", () -> describes(operator, "Files and finds papers"));
                JsonNode second = operator.get(AGENT).body().path("card");
                assertThat(second.at("/former/0/sha256")).isEqualTo(first.path("sha256"));
                assertThat(second.at("/former/0/card").asText()).contains("Files papers");
                assertThat(second.path("url")).isEqualTo(first.path("url"));

                ECKey foreign = new ECKeyGenerator(Curve.P_256).keyID("release").generate();
                agent.card = signed(card(port, "3", "Sends papers elsewhere"), foreign);
                TestFabric.await("the forged card is on the audit log", () -> audit(operator, "CARD_NOT_VERIFIED"));
                agent.card = card(port, "3", "Sends papers elsewhere");
                TestFabric.await("the unsigned one, too", () -> audit(operator, "CARD_NOT_SIGNED"));
                assertThat(operator.get(AGENT).body().path("card")).isEqualTo(second);

                agent.card = signed(card(port, "4", "Files papers again"), release);
                TestFabric.await("the next good one is registered", () -> describes(operator, "Files papers again"));

                agent.status = 410;
                TestFabric.await("it is gone", () -> operator.get(AGENT).status() == 404);
                assertThat(agent.answered(410)).isBetween(3, 4);
                TestFabric.await(
                        "its end is on the audit log",
                        () -> audit(operator, "CARD_WITHDRAWN")
                                && audit(operator, "CARD_CHANGED")
                                && audit(operator, "AGENT_UNREGISTERED"));
                int asked = agent.answered(410);
                Thread.sleep(2_500);
                assertThat(agent.answered(410)).as("nobody looks any more").isEqualTo(asked);
            }
        }
    }

    private static boolean describes(Participant operator, String description) {
        return operator.get(AGENT).body().path("description").asText().equals(description);
    }

    private static boolean audit(Participant operator, String word) {
        return operator.get("/v1/audit?tenant=acme&limit=200").body().toString().contains("\"" + word + "\"");
    }

    private static String card(int port, String version, String description) {
        return ("{'name':'Clerk','description':'" + description + "','version':'" + version
                        + "','supportedInterfaces':[{'url':'https://localhost:" + port
                        + "/a2a','protocolBinding':'JSONRPC','protocolVersion':'1.0'}],'capabilities':{},"
                        + "'defaultInputModes':['text/plain'],'defaultOutputModes':['text/plain'],"
                        + "'skills':[{'id':'file','name':'File','description':'Files','tags':['paper']}]}")
                .replace('\'', '"');
    }

    /** Over the whole of the card, as RFC 8785 writes it. */
    private static String signed(String card, ECKey by) throws Exception {
        ObjectNode read = A2aJson.parse(card.getBytes(StandardCharsets.UTF_8));
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(by.getKeyID()).build();
        String encoded = header.toBase64URL().toString();
        Base64URL signature = new ECDSASigner(by)
                .sign(
                        header,
                        (encoded + "." + Base64URL.encode(Jcs.canonical(read))).getBytes(StandardCharsets.US_ASCII));
        read.putArray("signatures").addObject().put("protected", encoded).put("signature", signature.toString());
        return read.toString();
    }
}
