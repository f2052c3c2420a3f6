package org.dmsc.bench;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A2A over JSON-RPC at one URL, 1 KiB of text a call: an agent's own, or its address at the fabric. The bytes are the same for both. */
final class A2aCalls implements Workload {

    private static final int BYTES = 1024;
    private static final String TEXT = "x".repeat(BYTES);

    private final String name;
    private final ClientFactory factory;
    private final WebClient client;
    private final String path;
    private final Kind kind;

    /** When a call counts as done. */
    private enum Kind {
        /** When the answer says that the task was completed. */
        WAITED("SendMessage", "", "TASK_STATE_COMPLETED"),
        /** When the task is accepted. */
        SENT("SendMessage", ",\"configuration\":{\"returnImmediately\":true}", "\"task\""),
        /** When the same bytes are back. */
        ECHOED("SendMessage", "", "SendMessage"),
        /** When the first event of its stream is here. */
        STREAMED("SendStreamingMessage", "", "\"task\"");

        private final String method;
        private final String configuration;
        private final String expected;

        Kind(String method, String configuration, String expected) {
            this.method = method;
            this.configuration = configuration;
            this.expected = expected;
        }
    }

    private A2aCalls(String name, ClientFactory factory, String url, Kind kind) {
        java.net.URI uri = java.net.URI.create(url);
        this.name = name;
        this.factory = factory;
        this.client = WebClient.builder("https://" + uri.getAuthority())
                .factory(factory)
                .responseTimeout(Duration.ofSeconds(60))
                .build();
        this.path = uri.getPath().isEmpty() ? "/" : uri.getPath();
        this.kind = kind;
    }

    static A2aCalls waited(String name, Credentials caller, String url) {
        return new A2aCalls(name, caller.clientFactory(), url, Kind.WAITED);
    }

    /** The agent itself, without a fabric. */
    static A2aCalls direct(String name, Credentials caller, String url) {
        return new A2aCalls(name, caller.clientFactoryToAgents(), url, Kind.WAITED);
    }

    static A2aCalls sent(String name, Credentials caller, String url) {
        return new A2aCalls(name, caller.clientFactory(), url, Kind.SENT);
    }

    static A2aCalls echoed(String name, Credentials caller, String url) {
        return new A2aCalls(name, caller.clientFactoryToAgents(), url, Kind.ECHOED);
    }

    static A2aCalls streamed(String name, Credentials caller, String url) {
        return new A2aCalls(name, caller.clientFactory(), url, Kind.STREAMED);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletionStage<Void> once() {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + kind.method
                + "\",\"params\":{\"message\":{\"messageId\":\"" + UUID.randomUUID()
                + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"" + TEXT + "\"}]}" + kind.configuration + "}}";
        RequestHeaders headers = RequestHeaders.builder(HttpMethod.POST, path)
                .contentType(MediaType.JSON)
                .add("A2A-Version", "1.0")
                .build();
        HttpResponse response = client.execute(HttpRequest.of(headers, HttpData.ofUtf8(body)));
        return kind == Kind.STREAMED
                ? firstEvent(response)
                : response.aggregate().thenAccept(this::expect);
    }

    private void expect(AggregatedHttpResponse answer) {
        if (!answer.status().equals(HttpStatus.OK) || !answer.contentUtf8().contains(kind.expected)) {
            throw new BenchException(name + ": " + answer.status() + " " + answer.contentUtf8() + " (expected 200 and "
                    + kind.expected + ")");
        }
    }

    private CompletionStage<Void> firstEvent(HttpResponse response) {
        FirstEvent first = new FirstEvent(kind.expected);
        response.split().body().subscribe(first);
        return first.here;
    }

    @Override
    public void close() {
        factory.close();
    }

    /** Reads to the end, so that the stream ends as streams do; done at the first event. */
    private static final class FirstEvent implements Subscriber<HttpData> {

        private final CompletableFuture<Void> here = new CompletableFuture<>();
        private final StringBuilder read = new StringBuilder();
        private final String expected;

        FirstEvent(String expected) {
            this.expected = expected;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(HttpData data) {
            if (!here.isDone()
                    && read.append(data.toString(StandardCharsets.UTF_8)).indexOf("\n\n") >= 0) {
                end(read.indexOf(expected) >= 0 ? null : "the first event is " + read);
            }
        }

        @Override
        public void onError(Throwable failure) {
            end(String.valueOf(failure));
        }

        @Override
        public void onComplete() {
            end("no event came, but " + read);
        }

        private void end(@Nullable String fault) {
            if (fault == null) {
                here.complete(null);
            } else {
                here.completeExceptionally(new BenchException("stream: " + fault));
            }
        }
    }
}
