package org.dmsc.bench;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;

/** Registers the echo agent by posting its card, as any agent does. */
record Registration(Credentials credentials, String gatewayUrl) {

    void register(String agent, String url) {
        String card = "{\"card\":{\"name\":\"" + agent
                + "\",\"description\":\"Answers with the same text\",\"version\":\"1\",\"supportedInterfaces\":[{\"url\":\""
                + url
                + "\",\"protocolBinding\":\"JSONRPC\",\"protocolVersion\":\"1.0\"}],\"capabilities\":{},\"defaultInputModes\":[\"text/plain\"],"
                + "\"defaultOutputModes\":[\"text/plain\"],\"skills\":[{\"id\":\"echo\",\"name\":\"echo\",\"description\":\"Answers with the same text\",\"tags\":[\"echo\"]}]},"
                + "\"dmsc\":{\"capacity\":10000}}";
        try (ClientFactory factory = credentials.clientFactory()) {
            AggregatedHttpResponse answer = WebClient.builder(gatewayUrl)
                    .factory(factory)
                    .build()
                    .execute(HttpRequest.of(HttpMethod.POST, "/v1/agents/" + agent, MediaType.JSON, card))
                    .aggregate()
                    .join();
            if (answer.status().code() / 100 != 2) {
                throw new BenchException(
                        "registration: " + answer.status() + " " + answer.contentUtf8() + " (expected 2xx)");
            }
        }
    }
}
