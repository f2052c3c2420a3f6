package org.dmsc.bridge.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A TLS connection on which a test writes bytes that no client would: HTTP/1.1, or frames of HTTP/2 with headers that are not indexed. */
final class RawConnection implements AutoCloseable {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int ACK = 1;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    private static final int PATIENCE_MS = 20_000;

    private final SSLSocket socket;
    private final InputStream in;
    private final OutputStream out;

    private RawConnection(SSLContext tls, int port, String protocol) throws IOException {
        socket = (SSLSocket) tls.getSocketFactory().createSocket("localhost", port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(PATIENCE_MS);
        socket.startHandshake();
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    static RawConnection http1(SSLContext tls, int port) throws IOException {
        return new RawConnection(tls, port, "http/1.1");
    }

    /** Preface and empty settings are sent. */
    static RawConnection http2(SSLContext tls, int port) throws IOException {
        RawConnection connection = new RawConnection(tls, port, "h2");
        connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        connection.frame(SETTINGS, 0, 0, new byte[0]);
        return connection;
    }

    void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** What came until the other side closed, or until it said nothing for long: then marked with OPEN. */
    String rest() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                all.write(buffer, 0, count);
            }
        } catch (SocketTimeoutException e) {
            return all.toString(StandardCharsets.ISO_8859_1) + "OPEN";
        } catch (IOException e) {
            // reset by peer: closed, too
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** What came up to that text. */
    String until(String end) throws IOException {
        StringBuilder all = new StringBuilder();
        while (all.indexOf(end) < 0) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException(all.toString());
            }
            all.append((char) c);
        }
        return all.toString();
    }

    /** A whole request without a body. */
    void request(int stream, byte[] headers) throws IOException {
        frame(HEADERS, END_STREAM | END_HEADERS, stream, headers);
    }

    /** A whole request with a body of JSON. */
    void post(int stream, String path, String json) throws IOException {
        byte[] headers = headers(
                ":method",
                "POST",
                ":scheme",
                "https",
                ":authority",
                "localhost",
                ":path",
                path,
                "content-type",
                "application/json",
                "a2a-version",
                "1.0");
        frame(HEADERS, END_HEADERS, stream, headers);
        frame(DATA, END_STREAM, stream, json.getBytes(StandardCharsets.UTF_8));
    }

    void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        byte[] frame = new byte[9 + payload.length];
        frame[0] = (byte) (payload.length >> 16);
        frame[1] = (byte) (payload.length >> 8);
        frame[2] = (byte) payload.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        frame[5] = (byte) (stream >> 24);
        frame[6] = (byte) (stream >> 16);
        frame[7] = (byte) (stream >> 8);
        frame[8] = (byte) stream;
        System.arraycopy(payload, 0, frame, 9, payload.length);
        out.write(frame);
        out.flush();
    }

    /** Name and value in turns, each as a literal that is not indexed (RFC 7541 6.2.2). */
    static byte[] headers(String... namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            block.write(0);
            text(block, namesAndValues[i]);
            text(block, namesAndValues[i + 1]);
        }
        return block.toByteArray();
    }

    private static void text(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            int rest = bytes.length - 127;
            while (rest >= 128) {
                block.write(rest % 128 + 128);
                rest /= 128;
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    /** One frame of the other side. */
    record Frame(int type, int flags, int stream, byte[] payload) {

        /** Of RST_STREAM; of GOAWAY it stands behind the last stream. */
        int errorCode() {
            int at = type == GOAWAY ? 4 : 0;
            return ((payload[at] & 0xff) << 24)
                    | ((payload[at + 1] & 0xff) << 16)
                    | ((payload[at + 2] & 0xff) << 8)
                    | (payload[at + 3] & 0xff);
        }
    }

    /** @throws EOFException when the other side closed */
    Frame next() throws IOException {
        byte[] head = in.readNBytes(9);
        if (head.length < 9) {
            throw new EOFException("closed");
        }
        int length = ((head[0] & 0xff) << 16) | ((head[1] & 0xff) << 8) | (head[2] & 0xff);
        int stream = ((head[5] & 0x7f) << 24) | ((head[6] & 0xff) << 16) | ((head[7] & 0xff) << 8) | (head[8] & 0xff);
        return new Frame(head[3], head[4], stream, in.readNBytes(length));
    }

    /** All frames up to the first acknowledgement of that type. */
    List<Frame> until(int type) throws IOException {
        List<Frame> all = new ArrayList<>();
        while (true) {
            Frame frame = next();
            all.add(frame);
            if (frame.type() == type && (frame.flags() & ACK) != 0) {
                return all;
            }
        }
    }

    /**
     * How the other side ended a stream, or the connection: {@code RST n}, {@code GOAWAY n}, {@code END} and the response's first bytes,
     * {@code CLOSED}.
     */
    String outcome(int stream) throws IOException {
        StringBuilder answered = new StringBuilder();
        try {
            while (true) {
                Frame frame = next();
                if (frame.type() == GOAWAY && frame.errorCode() != 0) {
                    return "GOAWAY " + frame.errorCode();
                }
                if (frame.stream() != stream) {
                    continue;
                }
                if (frame.type() == RST_STREAM) {
                    return answered.isEmpty() || frame.errorCode() != 0
                            ? "RST " + frame.errorCode()
                            : "END " + answered;
                }
                if (frame.type() == DATA) {
                    answered.append(new String(frame.payload(), StandardCharsets.UTF_8));
                }
                boolean last = (frame.flags() & END_STREAM) != 0;
                if (last && (frame.type() == DATA || frame.type() == HEADERS)) {
                    return "END " + answered;
                }
            }
        } catch (SocketTimeoutException e) {
            return "OPEN";
        } catch (IOException e) {
            return "CLOSED";
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
