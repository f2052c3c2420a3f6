package org.dmsc.bridge.http.agents;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientRequestContext;
import com.linecorp.armeria.client.ClientRequestContextCaptor;
import com.linecorp.armeria.client.ClientTlsSpec;
import com.linecorp.armeria.client.Clients;
import com.linecorp.armeria.client.RequestOptions;
import com.linecorp.armeria.client.RequestOptionsBuilder;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.common.TlsKeyPair;
import java.time.Duration;
import java.util.List;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;

/** Sends requests to agents: TLS 1.3 with our certificate to exactly the agent expected, or plain where the registration says so. */
final class AgentClient implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int EVENTS_OF_A_STREAM = 32;

    /**
     * The builder cannot set the version; with these ciphers there is no other than 1.3: Armeria insists on the last one, which is of 1.2, but
     * that needs an RSA certificate, and the fabric issues none.
     */
    private static final List<String> TLS_13_CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

    private final HttpAgentLinkParts parts;
    private final ClientFactory factory;
    private final WebClient client;

    AgentClient(HttpAgentLinkParts parts) {
        this.parts = parts;
        this.factory = ClientFactory.builder()
                .connectTimeout(CONNECT)
                .connectionPoolListener(new AgentConnections(parts.connections(), parts.peers()))
                .build();
        this.client = WebClient.builder().factory(factory).build();
    }

    /** A response on its way, and what is known of its request. */
    record Sent(ClientRequestContext context, HttpResponse response, AnswerReader reader) {}

    /** Asks the agent, in the binding that its card offers first of those we speak. */
    Sent ask(AgentSnapshot agent, Question question) {
        AgentAddress at = AgentAddress.of(agent.getRegistration());
        AgentCodec codec = AgentCodec.of(at);
        AgentCodec.Encoded encoded = codec.encode(at, question);
        RequestOptionsBuilder options = RequestOptions.builder()
                .responseTimeout(question.patience())
                .maxResponseLength((long) parts.maxAnswerBytes() * EVENTS_OF_A_STREAM);
        if (at.url().getScheme().equals("https")) {
            options.clientTlsSpec(tls(agent));
        }
        HttpRequest message = HttpRequest.of(headers(at, encoded, question.beside()), HttpData.wrap(encoded.body()));
        try (ClientRequestContextCaptor captor = Clients.newContextCaptor()) {
            HttpResponse response = client.execute(message, options.build());
            return new Sent(captor.get(), response, codec.reader(question.operation(), parts.maxAnswerBytes()));
        }
    }

    private static RequestHeaders headers(AgentAddress at, AgentCodec.Encoded encoded, Question.Beside beside) {
        RequestHeadersBuilder headers = RequestHeaders.builder(encoded.method(), encoded.path())
                .scheme(at.url().getScheme())
                .authority(at.url().getRawAuthority())
                .add("a2a-version", at.version());
        if (encoded.body().length > 0) {
            headers.contentType(encoded.type());
        }
        if (encoded.accept().isEmpty()) {
            headers.add(HttpHeaderNames.TE, "trailers");
        } else {
            headers.add(HttpHeaderNames.ACCEPT, encoded.accept());
        }
        if (!beside.extensions().isEmpty()) {
            headers.add(
                    at.version().equals("0.3") ? "x-a2a-extensions" : "a2a-extensions",
                    String.join(", ", beside.extensions()));
        }
        beside.traceparent().ifPresent(value -> headers.add("traceparent", value));
        beside.lastEventId().ifPresent(value -> headers.add("last-event-id", value));
        return headers.build();
    }

    private ClientTlsSpec tls(AgentSnapshot agent) {
        IssuedIdentity identity = parts.identity().get();
        SpiffeId expected = SpiffeId.agent(parts.domain(), AgentRef.of(agent.getTenant(), agent.getAgent()));
        return ClientTlsSpec.builder()
                .ciphers(TLS_13_CIPHERS)
                .tlsKeyPair(TlsKeyPair.of(identity.key(), identity.chain()))
                .verifierFactories(new ExpectedPeer(parts.peers(), expected))
                .build();
    }

    @Override
    public void close() {
        factory.close();
    }
}
