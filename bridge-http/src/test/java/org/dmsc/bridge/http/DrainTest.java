package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An edge that closes while it is used. */
final class DrainTest {

    private static final String BODY =
            "{\"message\":{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"x\"}]}}";

    @TempDir
    Path dir;

    @Test
    void finishesWhatIsUnderWayEndsStreamsAndTakesNothingNew() throws Exception {
        EdgeFixture edge = new EdgeFixture(dir);
        // The JDK's client of HTTP/2 takes a GOAWAY for a failure of everything before it.
        RawConnection waiting = RawConnection.http2(tls(edge), edge.edge.port());
        waiting.post(1, "/message:send", BODY);
        FakeExchange.FakeTask task = edge.exchange.asked.take();
        CompletableFuture<HttpResponse<Stream<String>>> stream = edge.identities
                .client(Optional.of(edge.identities.agent("acme", "b")), HttpClient.Version.HTTP_1_1)
                .sendAsync(edge.post("/message:stream", BODY), HttpResponse.BodyHandlers.ofLines());
        FakeExchange.FakeTask followed = edge.exchange.asked.take();
        followed.work();
        Iterator<String> lines = stream.get(30, TimeUnit.SECONDS).body().iterator();
        while (!lines.next().startsWith("id: ")) {
            // A drain may come before the first event: here it shall not.
        }

        CompletableFuture<Void> closing = CompletableFuture.runAsync(edge::close);
        List<String> rest = new ArrayList<>();
        lines.forEachRemaining(rest::add);
        assertThatThrownBy(() -> new Socket("localhost", edge.edge.port()).close())
                .isInstanceOfAny(IOException.class, IllegalStateException.class);
        assertThat(closing).isNotDone();
        RawConnection.Frame farewell = waiting.next();
        while (farewell.type() != RawConnection.GOAWAY) {
            farewell = waiting.next();
        }
        task.end(TaskStateName.COMPLETED, "done");

        assertThat(farewell.errorCode()).isZero();
        assertThat(waiting.outcome(1)).startsWith("END").contains("TASK_STATE_COMPLETED");
        waiting.close();
        assertThat(rest).noneMatch(line -> line.contains("COMPLETED"));
        closing.get(30, TimeUnit.SECONDS);
    }

    private static SSLContext tls(EdgeFixture edge) {
        return edge.identities.ssl(Optional.of(edge.identities.agent("acme", "a")));
    }
}
