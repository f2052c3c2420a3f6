package org.dmsc.node.fences;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;

/** The first message of TLS (RFC 5246, 7.4.1.2), byte by byte: the JDK would not offer what must be refused. */
record ClientHello(int version, List<Integer> suites) {

    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int RANDOM = 32;
    private static final int PATIENCE_MS = 10_000;

    /** TLS_RSA_WITH_NULL, RC4, EXPORT, DES, 3DES, CBC, and the good ones of TLS 1.2: none counts below 1.3. */
    static final List<Integer> EVERYTHING_BEFORE_13 = List.of(
            0x0001, 0x0003, 0x0004, 0x0005, 0x0009, 0x000a, 0x002f, 0x0035, 0x003c, 0x009c, 0xc007, 0xc009, 0xc00a,
            0xc013, 0xc014, 0xc023, 0xc024, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9);

    /** Type of the first record that comes back: 22 is a handshake that goes on, 21 an alert; -1 when the server hung up. */
    int answeredBy(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MS);
            OutputStream out = socket.getOutputStream();
            out.write(bytes());
            out.flush();
            return new DataInputStream(socket.getInputStream()).read();
        }
    }

    private byte[] bytes() {
        byte[] extensions = extensions();
        int body = 2 + RANDOM + 1 + 2 + 2 * suites.size() + 2 + 2 + extensions.length;
        ByteBuffer hello = ByteBuffer.allocate(5 + 4 + body);
        hello.put((byte) HANDSHAKE).putShort((short) 0x0301).putShort((short) (4 + body));
        hello.put((byte) CLIENT_HELLO).put((byte) 0).putShort((short) body);
        hello.putShort((short) version).put(new byte[RANDOM]).put((byte) 0);
        hello.putShort((short) (2 * suites.size()));
        suites.forEach(suite -> hello.putShort(suite.shortValue()));
        hello.put((byte) 1).put((byte) 0);
        hello.putShort((short) extensions.length).put(extensions);
        return hello.array();
    }

    /** Curves, point format and signature algorithms, so that nothing but the version can be the reason of a refusal. */
    private static byte[] extensions() {
        return new byte[] {
            0,
            10,
            0,
            6,
            0,
            4,
            0,
            23,
            0,
            24, // secp256r1, secp384r1
            0,
            11,
            0,
            2,
            1,
            0, // uncompressed
            0,
            13,
            0,
            10,
            0,
            8,
            4,
            3,
            5,
            3,
            4,
            1,
            2,
            1 // ECDSA and RSA with SHA-2, RSA with SHA-1
        };
    }
}
