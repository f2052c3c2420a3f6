package org.dmsc.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskCancel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever bytes lie on a topic, reading them gives a record or an UNREADABLE, soon and without much memory. */
final class HostileBytesTest {

    private static final String TOPIC = "dmsc.acme.tasks";

    private final FakeRegistry registry = new FakeRegistry();
    private final AvroCodec codec = new AvroCodec(registry);
    private final List<Subject<?>> subjects = List.of(
            new Subject<>(TaskCancel.class, new TaskCancel("t-1", "acme", "support", 7L, "enough")),
            new Subject<>(SealedEnvelope.class, envelope()),
            new Subject<>(AuditEvent.class, event()));

    @Test
    @Timeout(60)
    void aFewThousandOfFixedSeeds() {
        for (long seed = 1; seed <= 3; seed++) {
            run(seed, 1_000);
        }
    }

    @Test
    @Tag("long")
    void millions() {
        long seed = Long.getLong("dmsc.fuzz.seed", System.nanoTime());
        System.out.println("HostileBytesTest: -Ddmsc.fuzz.seed=" + seed);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("dmsc.fuzz.seconds", 60));
        for (long round = 0; System.nanoTime() < end; round++) {
            run(seed + round, 1_000);
        }
    }

    /** Five bytes can promise two gigabytes: nothing may be reserved for what is not there. */
    @Test
    @Timeout(60)
    void aLengthThatIsNotThereCostsNothing() {
        for (Subject<?> subject : subjects) {
            int id = codec.schemaId(subject.sample.getSchema());
            for (long length :
                    new long[] {-1, 1L << 20, 1L << 30, Integer.MAX_VALUE - 8, Integer.MAX_VALUE, 1L << 40}) {
                byte[] good = codec.encode(subject.sample);
                for (int at = 0; at < Math.min(good.length, 400); at++) {
                    byte[] promising = spliced(good, at, zigzag(length));
                    attempt("length " + length + " at " + at, () -> codec.decode(promising, id, subject.type));
                }
            }
        }
    }

    private void run(long seed, int inputs) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < inputs; i++) {
            Subject<?> subject = subjects.get(random.nextInt(subjects.size()));
            int id = codec.schemaId(subject.sample.getSchema());
            byte[] bytes = mutated(codec.encode(subject.sample), random);
            String what = "seed " + seed + ", input " + i + ": " + Arrays.toString(bytes);
            attempt(what, () -> codec.decode(bytes, random.nextInt(8) == 0 ? random.nextInt() : id, subject.type));
            ByteBuffer framed = ByteBuffer.allocate(5 + bytes.length);
            framed.put((byte) (random.nextInt(16) == 0 ? 1 : 0)).putInt(id).put(bytes);
            byte[] wire = random.nextInt(16) == 0 ? Arrays.copyOf(framed.array(), random.nextInt(5)) : framed.array();
            attempt(
                    what,
                    () -> new AvroSerde<>(codec, subject.type).deserializer().deserialize(TOPIC, wire));
        }
    }

    private static void attempt(String what, Runnable reading) {
        try {
            reading.run();
        } catch (RefusedException refused) {
            assertThat(refused.refusal()).as(what).isEqualTo(Refusal.UNREADABLE);
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            fail(what, e);
        }
    }

    private static byte[] mutated(byte[] good, SplittableRandom random) {
        byte[] bytes = good.clone();
        for (int change = random.nextInt(4); change >= 0; change--) {
            int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes = Arrays.copyOf(bytes, at);
                case 1 -> bytes = spliced(bytes, at, zigzag(random.nextLong()));
                case 2 -> bytes = spliced(bytes, at, zigzag(1L << random.nextInt(40)));
                case 3 -> bytes = noise(random, random.nextInt(200));
                default -> {
                    if (bytes.length > 0) {
                        bytes[at] = (byte) random.nextInt();
                    }
                }
            }
        }
        return bytes;
    }

    private static byte[] noise(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The bytes with those put in place of what is at an index. */
    private static byte[] spliced(byte[] bytes, int at, byte[] put) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(put);
        if (at + 1 < bytes.length) {
            out.write(bytes, at + 1, bytes.length - at - 1);
        }
        return out.toByteArray();
    }

    /** As Avro writes whole numbers. */
    private static byte[] zigzag(long value) {
        long left = (value << 1) ^ (value >> 63);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while ((left & ~0x7FL) != 0) {
            out.write((int) ((left & 0x7F) | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
        return out.toByteArray();
    }

    private static SealedEnvelope envelope() {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[20]);
        SealedPart part = new SealedPart(
                1, "acme", "acme/routing/1", "tasks", "m", "a", "b", "TaskCancel", 3, 7L, bytes, bytes, bytes);
        return new SealedEnvelope("TaskCancel", part, part);
    }

    private static AuditEvent event() {
        return AuditEvent.newBuilder()
                .setEventId("e")
                .setTenant("acme")
                .setTime(1)
                .setKind(AuditKind.DECISION)
                .setActor("a")
                .setNode("n")
                .setReasons(new ArrayList<>(List.of("one", "two")))
                .setDetails(Map.of("k", "v"))
                .build();
    }

    private record Subject<T extends SpecificRecord>(Class<T> type, T sample) {}
}
