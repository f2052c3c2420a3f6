package org.dmsc.node.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One request over HTTP/1.1 and TLS, and its answer; a POST is sent once, whatever happens. By {@link HttpsURLConnection}: a command that makes
 * one request is over half a second sooner than with {@code java.net.http}, whose selector holds the virtual machine's end up for 300 ms and
 * whose classes take as long to come in.
 */
final class HttpsCall implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(15);

    /** Tasks block until they end; the tenant's deadline is below this. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    static {
        // The JDK would send a POST again whose connection broke.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final HttpsURLConnection connection;

    private HttpsCall(HttpsURLConnection connection) {
        this.connection = connection;
    }

    /**
     * Sends the request and waits for the answer's head.
     *
     * @param url with the scheme https
     * @param body of the media type application/json, null for none
     * @param accept the media type that is wanted
     * @throws IOException when nobody answers, or not in HTTP
     */
    static HttpsCall send(SSLContext tls, String method, String url, @Nullable String body, String accept)
            throws IOException {
        if (!(URI.create(url).toURL().openConnection() instanceof HttpsURLConnection connection)) {
            throw new IOException(url + " (expected an https URL)");
        }
        connection.setSSLSocketFactory(tls.getSocketFactory());
        connection.setConnectTimeout((int) CONNECT.toMillis());
        connection.setReadTimeout((int) LONGEST.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestMethod(method);
        connection.setRequestProperty("Accept", accept);
        connection.setRequestProperty("A2A-Version", "1.0");
        if (body != null) {
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
        }
        int unused = connection.getResponseCode();
        return new HttpsCall(connection);
    }

    boolean refused() throws IOException {
        return connection.getResponseCode() / 100 != 2;
    }

    int status() throws IOException {
        return connection.getResponseCode();
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(connection.getHeaderField(name));
    }

    /** The answer's body, also of a refusal. */
    InputStream body() throws IOException {
        InputStream found = refused() ? connection.getErrorStream() : connection.getInputStream();
        return found == null ? new ByteArrayInputStream(new byte[0]) : found;
    }

    String text() throws IOException {
        try (InputStream in = body()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Ends an answer that was not read to its end. */
    @Override
    public void close() {
        connection.disconnect();
    }
}
