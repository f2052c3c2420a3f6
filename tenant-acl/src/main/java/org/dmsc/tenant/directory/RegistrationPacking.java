package org.dmsc.tenant.directory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Presence;

/** Makes snapshots small for keeping many of them; see {@link PackedRegistration}. Thread-safe. */
final class RegistrationPacking {

    /** What cards have in common: a short text packs badly by itself. Only in memory, so it may change with any version. */
    private static final byte[] DICTIONARY =
            ("\"security\":[{\"oauth2\":[]}],\"securitySchemes\":{\"mtls\":{\"type\":\"mutualTLS\"}},\"provider\":{\"organization\":"
                            + "\"url\":\"https://\"preferredTransport\":\"JSONRPC\",\"additionalInterfaces\":[{\"transport\":\"HTTP+JSON\""
                            + "\"supportedInterfaces\":[{\"url\":\"https://localhost:8443/a2a\",\"protocolBinding\":\"JSONRPC\","
                            + "\"protocolVersion\":\"1.0\"}],\"version\":\"1.0.0\",\"capabilities\":{\"streaming\":true,"
                            + "\"pushNotifications\":false,\"extensions\":[]},\"defaultInputModes\":[\"text/plain\",\"application/json\"],"
                            + "\"defaultOutputModes\":[\"text/plain\"],\"skills\":[{\"id\":\"\",\"name\":\"\",\"description\":\"The agent "
                            + "that answers questions about and finds the for you with a of in to is your and the \",\"tags\":[\"\",\"\"],"
                            + "\"examples\":[\"Can you help me find a Please I want to know how much What is the Show me\"]}]}"
                            + "{\"name\":\"\",\"description\":\"")
                    .getBytes(StandardCharsets.UTF_8);

    private static final int BUFFER = 4096;

    private final SpecificDatumWriter<AgentRegistration> writer =
            new SpecificDatumWriter<>(AgentRegistration.getClassSchema());
    private final SpecificDatumReader<AgentRegistration> reader =
            new SpecificDatumReader<>(AgentRegistration.getClassSchema());
    private final Map<String, TenantId> tenants = new ConcurrentHashMap<>();

    /** Who a snapshot is about, sharing what it has in common with the others. */
    AgentRef agent(AgentSnapshot snapshot) {
        TenantId tenant = tenants.computeIfAbsent(snapshot.getTenant(), TenantId::new);
        return new AgentRef(tenant, new AgentId(snapshot.getAgent()));
    }

    /** The snapshot with its texts packed; they are taken from the one before when they are the same. */
    AgentSnapshot packed(AgentSnapshot snapshot, AgentRegistration before) {
        byte[] bytes = pack(snapshot.getRegistration());
        boolean same = before instanceof PackedRegistration known && known.isPackedLike(bytes);
        AgentRegistration registration =
                same ? before : new PackedRegistration(snapshot.getRegistration(), bytes, this);
        set(snapshot, "registration", registration);
        set(snapshot, "tenant", snapshot.getTenant().intern());
        set(snapshot, "healthReason", snapshot.getHealthReason().intern());
        if (snapshot.getBreakers().isEmpty()) {
            set(snapshot, "breakers", Map.of());
        }
        Presence presence = snapshot.getPresence();
        if (presence != null) {
            String gateway = presence.getGateway().intern();
            set(snapshot, "presence", new Presence(gateway, presence.getEpoch(), presence.getLane()));
        }
        return snapshot;
    }

    /** The snapshot was read a moment ago and nobody else has it yet. */
    private static void set(AgentSnapshot snapshot, String field, Object value) {
        snapshot.put(AgentSnapshot.getClassSchema().getField(field).pos(), value);
    }

    private byte[] pack(AgentRegistration registration) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(BUFFER);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            writer.write(registration, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException("registration: not written to memory", e);
        }
        return deflated(out.toByteArray());
    }

    private static byte[] deflated(byte[] plain) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setDictionary(DICTIONARY);
            deflater.setInput(plain);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 2 + 16);
            byte[] buffer = new byte[BUFFER];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    AgentRegistration unpack(byte[] packed) {
        try {
            byte[] plain = inflated(packed);
            return reader.read(null, DecoderFactory.get().binaryDecoder(plain, null));
        } catch (IOException | DataFormatException e) {
            throw new IllegalStateException("registration: cannot be read back from memory", e);
        }
    }

    private static byte[] inflated(byte[] packed) throws DataFormatException {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setDictionary(DICTIONARY);
            inflater.setInput(packed);
            ByteArrayOutputStream out = new ByteArrayOutputStream(4 * packed.length);
            byte[] buffer = new byte[BUFFER];
            while (!inflater.finished()) {
                int count = inflater.inflate(buffer);
                if (count == 0 && inflater.needsInput()) {
                    throw new DataFormatException("cut off");
                }
                out.write(buffer, 0, count);
            }
            return out.toByteArray();
        } finally {
            inflater.end();
        }
    }
}
