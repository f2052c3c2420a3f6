package org.dmsc.bench;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;

/**
 * The whole way of a task: caller over HTTP/2 and mutual TLS → gateway → tasks → router → inbox → gateway → agent over HTTPS → events → caller.
 * A blocking SendMessage with 1 KiB of text, addressed to one agent; it counts as done only when the answer says the task was completed.
 */
final class FabricTasks implements Workload {

    static final String PATH = "/message:send";

    private static final int BYTES = 1024;
    private static final String TEXT = "x".repeat(BYTES);

    private final ClientFactory factory;
    private final WebClient client;
    private final Body body;
    private final LongAdder refused = new LongAdder();

    /** Without a stack trace: a thousand of them a second are expected of who sends too much. */
    private static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Refused() {
            super("429", null, false, false);
        }
    }

    /** What is sent, around the id of the message. */
    record Body(String beforeId, String afterId) {

        static Body to(String agent) {
            return new Body(
                    "{\"message\":{\"messageId\":\"",
                    "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"" + TEXT
                            + "\"}],\"metadata\":{\"urn:dmsc:ext:delegation:1\":{\"agent\":\"" + agent + "\"}}}}");
        }
    }

    FabricTasks(Credentials caller, String gatewayUrl, String agent) {
        this.factory = caller.clientFactory();
        this.client = WebClient.builder(gatewayUrl)
                .factory(factory)
                .responseTimeout(Duration.ofSeconds(60))
                .build();
        this.body = Body.to(agent);
    }

    @Override
    public String name() {
        return "fabric";
    }

    @Override
    public CompletionStage<Void> once() {
        RequestHeaders headers = RequestHeaders.builder(HttpMethod.POST, PATH)
                .contentType(MediaType.JSON)
                .add("A2A-Version", "1.0")
                .build();
        HttpData sent = HttpData.ofUtf8(body.beforeId() + UUID.randomUUID() + body.afterId());
        return client.execute(HttpRequest.of(headers, sent)).aggregate().thenAccept(this::expectCompleted);
    }

    /** How many were answered with 429 so far; they count as failed, too. */
    long refused() {
        return refused.sum();
    }

    private void expectCompleted(AggregatedHttpResponse answer) {
        if (answer.status().code() == 429) {
            refused.increment();
            throw new Refused();
        }
        if (answer.status().code() != 200 || !answer.contentUtf8().contains("TASK_STATE_COMPLETED")) {
            throw new BenchException(
                    "task: " + answer.status() + " " + answer.contentUtf8() + " (expected 200 and a completed task)");
        }
    }

    @Override
    public void close() {
        factory.close();
    }
}
