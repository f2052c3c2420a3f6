package org.dmsc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.Pem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FloodClientTest {

    private static final int RATE = 2_000;
    private static final int REQUESTS = 400;
    private static final int FREE = 7;

    @TempDir
    private Path folder;

    @Test
    void sendsWhatIsDueEachWithAnIdOfItsOwnAndCountsTheAnswersByTheirStatus() throws Exception {
        Credentials identity = identity();
        Set<String> bodies = ConcurrentHashMap.newKeySet();
        AtomicInteger asked = new AtomicInteger();
        ServerBuilder builder = Server.builder();
        identity.serve(builder);
        Server server = builder.service(
                        FabricTasks.PATH,
                        (context, request) ->
                                HttpResponse.of(request.aggregate().thenApply(whole -> {
                                    bodies.add(whole.contentUtf8());
                                    return HttpResponse.of(answer(asked.incrementAndGet()));
                                })))
                .build();
        server.start().join();
        try (FloodClient client = new FloodClient(
                identity,
                URI.create("https://localhost:" + server.activeLocalPort()),
                new FabricTasks.Body("before ", " after"))) {

            FloodClient.Count count = client.run(RATE, Duration.ofMillis(1000L * REQUESTS / RATE));

            assertThat(count).isEqualTo(new FloodClient.Count(REQUESTS, FREE, REQUESTS - FREE - 1));
            assertThat(count.failed()).as("the one that was answered otherwise").isEqualTo(1);
            assertThat(FloodClient.Count.of(count.line())).isEqualTo(count);
            assertThat(bodies)
                    .hasSize(REQUESTS)
                    .allMatch(body -> body.startsWith("before ") && body.endsWith(" after"));
        } finally {
            server.stop().join();
        }
    }

    private static HttpStatus answer(int number) {
        if (number > REQUESTS - 1) {
            return HttpStatus.INTERNAL_SERVER_ERROR;
        }
        return number <= FREE ? HttpStatus.OK : HttpStatus.TOO_MANY_REQUESTS;
    }

    private Credentials identity() throws IOException {
        FabricPki pki = FabricPki.openOrCreate(
                folder.resolve("pki"), FabricDomain.DEFAULT, Clock.systemUTC(), new SecureRandom());
        IssuedIdentity node =
                pki.issueNode("gateway", "g1", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1));
        Files.writeString(folder.resolve("agent.cert.pem"), node.certificatePem());
        Files.writeString(folder.resolve("agent.key.pem"), node.keyPem());
        Files.writeString(folder.resolve("ca.pem"), Pem.of(pki.root()));
        return new Credentials(folder);
    }
}
