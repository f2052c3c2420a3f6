package org.dmsc.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;

/** One HTTP/1.1 connection to a gateway on a socket of its own, so that its end is seen when it comes. */
final class AgentConnection implements AutoCloseable {

    private static final int PATIENCE_MS = 30_000;
    private static final byte[] REQUEST =
            "GET /v1/agents HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

    private final SSLSocket socket;

    AgentConnection(PemTls identity, int port) throws IOException {
        socket = (SSLSocket) identity.context().getSocketFactory().createSocket("localhost", port);
        socket.setSoTimeout(PATIENCE_MS);
    }

    /** Sends a request: whether the answer is 200, and not a refusal or the end. */
    boolean isServed() throws SocketTimeoutException {
        try {
            socket.getOutputStream().write(REQUEST);
            String head = head();
            Matcher length = LENGTH.matcher(head);
            if (length.find()) {
                socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
            }
            return head.startsWith("HTTP/1.1 200");
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits for the gateway to end it; when that was, in nanoseconds. */
    long awaitEnd() throws SocketTimeoutException {
        try {
            while (socket.getInputStream().read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return System.nanoTime();
        }
        return System.nanoTime();
    }

    private String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("ended");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
