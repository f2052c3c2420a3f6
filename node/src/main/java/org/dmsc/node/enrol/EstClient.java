package org.dmsc.node.enrol;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.enrol.EnrolmentClient;

/** Enrols by EST. */
public final class EstClient {

    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final String base;
    private final HttpClient client;

    /**
     * Of a server.
     *
     * @param base its URL, with {@code /.well-known/est}
     */
    public EstClient(String base, SSLContext tls) {
        this.base = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        this.client =
                HttpClient.newBuilder().sslContext(tls).connectTimeout(LONGEST).build();
    }

    /** The certificate that was issued. */
    public List<X509Certificate> enrol(String user, String token, String request) {
        String basic = Base64.getEncoder().encodeToString((user + ":" + token).getBytes(StandardCharsets.UTF_8));
        return EnrolmentClient.certificates(sent(at("/simpleenroll")
                .header("Authorization", "Basic " + basic)
                .header("Content-Type", "application/pkcs10")
                .header("Content-Transfer-Encoding", "base64")
                .POST(BodyPublishers.ofString(request))));
    }

    /** The certificate that follows the one that TLS shows. */
    List<X509Certificate> renew(String request) {
        return EnrolmentClient.certificates(sent(at("/simplereenroll")
                .header("Content-Type", "application/pkcs10")
                .header("Content-Transfer-Encoding", "base64")
                .POST(BodyPublishers.ofString(request))));
    }

    /** The root and the issuing CAs. */
    public List<X509Certificate> authorities() {
        return EnrolmentClient.certificates(sent(at("/cacerts").GET()));
    }

    private HttpRequest.Builder at(String operation) {
        return HttpRequest.newBuilder(URI.create(base + operation)).timeout(LONGEST);
    }

    private String sent(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() == 401) {
                throw new NodeException(
                        ExitCode.REFUSED,
                        "UNAUTHENTICATED: the token was not accepted (expected one that is in force, for this very name, used for the"
                                + " first time; ask for a new one)");
            }
            if (response.statusCode() != 200) {
                throw new NodeException(
                        ExitCode.REFUSED,
                        "HTTP " + response.statusCode() + ": " + response.body().strip());
            }
            return response.body();
        } catch (IOException e) {
            throw new NodeException(
                    ExitCode.UNREACHABLE,
                    "no EST server answers at " + base + ": " + e
                            + " (expected https://<gateway>:8443/.well-known/est, and --ca with this fabric's root)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException(ExitCode.UNREACHABLE, "interrupted while waiting for " + base, e);
        }
    }
}
