package org.dmsc.bridge.mqtt.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** MQTT 5 byte by byte, for what no client library sends. */
public final class RawMqtt implements AutoCloseable {

    public static final int CONNACK = 2;
    public static final int DISCONNECT = 14;

    /** The connection ended without a word. */
    public static final int CLOSED = -1;

    private final SSLSocket socket;
    private final DataInputStream in;

    /** Type and reason code of a packet from the broker. */
    public record Packet(int type, int reason) {}

    public RawMqtt(SharedEdge.Edge edge, SSLContext tls) throws IOException {
        socket = (SSLSocket) tls.getSocketFactory().createSocket("localhost", edge.edge.port());
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
    }

    /** A CONNECT; each property as it stands on the wire. */
    public void connect(byte[] clientId, byte[] properties) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(new byte[] {0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 60});
        length(body, properties.length);
        body.write(properties);
        string(body, clientId);
        send(0x10, body.toByteArray());
    }

    /** A PUBLISH of QoS 0 with properties as they stand on the wire. */
    public void publish(String topic, byte[] properties) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        string(body, topic.getBytes(StandardCharsets.UTF_8));
        length(body, properties.length);
        body.write(properties);
        send(0x30, body.toByteArray());
    }

    /** A SUBSCRIBE to one filter. */
    public void subscribe(byte[] filter) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(new byte[] {0, 1, 0});
        string(body, filter);
        body.write(1);
        send(0x82, body.toByteArray());
    }

    /** A user property. */
    public static byte[] userProperty(String name, String value) throws IOException {
        ByteArrayOutputStream property = new ByteArrayOutputStream();
        property.write(0x26);
        string(property, name.getBytes(StandardCharsets.UTF_8));
        string(property, value.getBytes(StandardCharsets.UTF_8));
        return property.toByteArray();
    }

    private void send(int header, byte[] body) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(header);
        length(packet, body.length);
        packet.write(body);
        socket.getOutputStream().write(packet.toByteArray());
        socket.getOutputStream().flush();
    }

    /** The next packet. For a SUBACK the reason is that of its one subscription. */
    public Packet next() throws IOException {
        int header;
        try {
            header = in.read();
        } catch (IOException e) {
            // A reset says the same as an end.
            return new Packet(CLOSED, 0);
        }
        if (header < 0) {
            return new Packet(CLOSED, 0);
        }
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.readUnsignedByte();
            length |= (digit & 0x7f) << shift;
            shift += 7;
        } while ((digit & 0x80) != 0);
        byte[] body = in.readNBytes(length);
        int type = header >> 4;
        if (type == CONNACK) {
            return new Packet(type, body[1] & 0xff);
        }
        return new Packet(type, body.length == 0 ? 0 : body[type == DISCONNECT ? 0 : body.length - 1] & 0xff);
    }

    private static void string(ByteArrayOutputStream out, byte[] text) throws IOException {
        out.write(text.length >> 8);
        out.write(text.length & 0xff);
        out.write(text);
    }

    private static void length(ByteArrayOutputStream out, int length) {
        int left = length;
        do {
            int digit = left & 0x7f;
            left >>= 7;
            out.write(left > 0 ? digit | 0x80 : digit);
        } while (left > 0);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
