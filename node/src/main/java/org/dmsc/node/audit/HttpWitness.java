package org.dmsc.node.audit;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.dmsc.router.checkpoint.Witness;
import org.dmsc.schemas.Printable;
import org.dmsc.tenant.log.CosignerKey;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.SignedNote;

/**
 * A witness over HTTP (C2SP tlog-witness, {@code add-checkpoint}). What it says is signed, so http is as good as https for everything but that
 * somebody may listen: what is shown to it is public among auditors.
 */
public final class HttpWitness implements Witness {

    private static final Duration WITHIN = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final int CONFLICT = 409;
    private static final int CONTRADICTED = 422;
    private static final int FAULTS = 500;
    private static final int LONGEST = 300;

    private final HttpClient client;
    private final URI url;
    private final CosignerKey key;

    /** Connects to nobody yet. */
    public HttpWitness(HttpClient client, URI prefix, CosignerKey key) {
        this.client = client;
        this.url = prefix.resolve("add-checkpoint");
        this.key = key;
    }

    /** A client for all of them. */
    public static HttpClient client() {
        return HttpClient.newBuilder()
                .connectTimeout(WITHIN)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @Override
    public CosignerKey key() {
        return key;
    }

    @Override
    public CompletionStage<Answer> add(long old, List<Hash> proof, SignedNote checkpoint) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(WITHIN)
                .POST(BodyPublishers.ofByteArray(body(old, proof, checkpoint)))
                .build();
        return client.sendAsync(request, BodyHandlers.ofString(StandardCharsets.UTF_8))
                .thenApply(HttpWitness::answer);
    }

    private static byte[] body(long old, List<Hash> proof, SignedNote checkpoint) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        StringBuilder head = new StringBuilder("old ").append(old).append('\n');
        proof.forEach(hash -> head.append(hash.base64()).append('\n'));
        body.writeBytes(head.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        body.writeBytes(checkpoint.bytes());
        return body.toByteArray();
    }

    private static Answer answer(HttpResponse<String> response) {
        String said = response.body();
        if (response.statusCode() == OK) {
            return new Answer.Cosigned(
                    said.lines().filter(line -> !line.isEmpty()).toList());
        }
        if (response.statusCode() == CONFLICT && said.strip().matches("[0-9]{1,18}")) {
            return new Answer.Knows(Long.parseLong(said.strip()));
        }
        String why = "status " + response.statusCode() + ": "
                + Printable.of(
                        said.substring(0, Math.min(LONGEST, said.length())).strip());
        if (response.statusCode() == CONTRADICTED) {
            return new Answer.Contradicts(why);
        }
        if (response.statusCode() >= FAULTS) {
            // A fault of its own, such as an overload: it is asked again.
            throw new IllegalStateException(why);
        }
        return new Answer.Refused(why);
    }
}
