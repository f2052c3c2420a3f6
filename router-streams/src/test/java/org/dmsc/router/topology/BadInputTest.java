package org.dmsc.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.dmsc.router.testing.Make;
import org.dmsc.router.topology.RouterCounters.Count;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.keys.Parties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever lies on the router's topics: set aside with a reason, counted and audited, or ignored and counted; the next task is carried on. */
@Tag("case-71")
class BadInputTest {

    private final TestLane lane = new TestLane();

    @AfterEach
    void close() {
        lane.close();
    }

    private static TaskSubmission.Builder billing(String taskId) {
        return Make.submission("acme", taskId).setSkill("billing");
    }

    /** A good record as it lies on the topic. */
    private static byte[] good(TestLane lane) {
        return wire(lane, lane.seal(billing("bad").build(), Channel.TASKS, "m"));
    }

    private static byte[] wire(TestLane lane, SealedEnvelope envelope) {
        return new AvroSerde<>(lane.codec, SealedEnvelope.class)
                .serializer()
                .serialize(Channel.TASKS.of(TestLane.ACME), envelope);
    }

    private static byte[] changed(byte[] bytes, int at, int to) {
        byte[] copy = bytes.clone();
        copy[at] = (byte) to;
        return copy;
    }

    private interface Raw {
        byte[] of(TestLane lane);
    }

    private static Arguments poison(String what, Channel channel, Raw raw) {
        Consumer<TestLane> write = lane -> lane.writeRaw(channel, "bad", raw.of(lane));
        return Arguments.of(what, write);
    }

    static Stream<Arguments> poison() {
        return Stream.of(Channel.TASKS, Channel.EVENTS)
                .flatMap(channel -> Stream.of(
                        poison("nothing", channel, lane -> new byte[0]),
                        poison("one byte", channel, lane -> new byte[] {0}),
                        poison("text", channel, lane -> "{\"a\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        poison("another magic byte", channel, lane -> changed(good(lane), 0, 7)),
                        poison("a schema nobody registered", channel, lane -> changed(good(lane), 1, 0x7f)),
                        poison("cut off", channel, lane -> Arrays.copyOf(good(lane), good(lane).length / 2)),
                        poison("one bit changed", channel, BadInputTest::tampered),
                        poison("of the other channel", channel, lane -> wire(lane, otherChannel(lane, channel))),
                        poison(
                                "of another tenant",
                                channel,
                                lane -> wire(
                                        lane,
                                        lane.envelopes.seal(
                                                billing("bad").build(),
                                                new TenantId("other"),
                                                channel.label(),
                                                "m",
                                                Parties.from("spiffe://x/gateway/g"),
                                                Make.NOW))),
                        poison(
                                "of a kind that does not belong there",
                                channel,
                                lane -> wire(lane, wrongKind(lane, channel))),
                        poison(
                                "about another task than its key says",
                                channel,
                                lane -> wire(lane, otherKey(lane, channel)))));
    }

    private static byte[] tampered(TestLane lane) {
        SealedEnvelope envelope = lane.seal(billing("bad").build(), Channel.TASKS, "m");
        byte[] cipher = new byte[envelope.getRouting().getCiphertext().remaining()];
        envelope.getRouting().getCiphertext().duplicate().get(cipher);
        cipher[3] ^= 1;
        SealedPart part = SealedPart.newBuilder(envelope.getRouting())
                .setCiphertext(ByteBuffer.wrap(cipher))
                .build();
        return wire(lane, new SealedEnvelope(envelope.getKind(), part, null));
    }

    private static SealedEnvelope otherChannel(TestLane lane, Channel channel) {
        Channel other = channel == Channel.TASKS ? Channel.EVENTS : Channel.TASKS;
        return lane.seal(billing("bad").build(), other, "m");
    }

    private static SealedEnvelope wrongKind(TestLane lane, Channel channel) {
        return channel == Channel.TASKS
                ? lane.seal(TestLane.event("bad", 1, TaskEventKind.ENDED).build(), channel, "m")
                : lane.seal(billing("bad").build(), channel, "m");
    }

    private static SealedEnvelope otherKey(TestLane lane, Channel channel) {
        return channel == Channel.TASKS
                ? lane.seal(billing("another").build(), channel, "m")
                : lane.seal(TestLane.event("another", 1, TaskEventKind.ENDED).build(), channel, "m");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("poison")
    void setsAsideWithAReasonCountsAuditsAndGoesOn(String what, Consumer<TestLane> write) {
        lane.directory.put(Make.agent("acme", "clerk", Make.skill("billing")).build());
        lane.audit();

        write.accept(lane);

        assertThat(lane.counters.get(Count.SET_ASIDE)).isEqualTo(1);
        assertThat(lane.audit()).singleElement().satisfies(event -> {
            assertThat(event.getKind()).isEqualTo(AuditKind.REFUSAL);
            assertThat(event.getRefusal()).isEqualTo("UNREADABLE");
            assertThat(event.getObject()).startsWith("dmsc.acme.");
            assertThat(event.getReasons()).singleElement().asString().isNotBlank();
        });
        assertThat(lane.output(Channel.DEAD.of(TestLane.ACME)).readRecordsToList())
                .singleElement()
                .satisfies(record ->
                        assertThat(record.headers().lastHeader("dmsc-error")).isNotNull());
        works();
    }

    private static Arguments late(String what, Consumer<TestLane> write) {
        return Arguments.of(what, write);
    }

    private static void completed(TestLane lane, String task, int attempt) {
        lane.update(task, attempt, TaskStateName.COMPLETED);
    }

    static Stream<Arguments> ignored() {
        return Stream.of(
                late("a result twice", lane -> {
                    completed(lane, "done", 1);
                    completed(lane, "done", 1);
                }),
                late("a result for a task that nobody knows", lane -> {
                    completed(lane, "unknown", 1);
                    completed(lane, "unknown", 0);
                }),
                late("a failure after the end", lane -> {
                    lane.update("done", 1, TaskStateName.FAILED);
                    lane.event(TestLane.event("done", 1, TaskEventKind.ENDED)
                            .setState(TaskStateName.FAILED)
                            .build());
                }),
                late("a result of an attempt that never was", lane -> {
                    completed(lane, "open", 7);
                    completed(lane, "open", -1);
                }),
                late("cancels of others, of the unknown, of the ended", lane -> {
                    lane.cancel("open", "somebody-else");
                    lane.cancel("done", "caller");
                    lane.cancel("unknown", "caller");
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ignored")
    void ignoresCountsAndGoesOn(String what, Consumer<TestLane> write) {
        lane.directory.put(Make.agent("acme", "clerk", Make.skill("billing")).build());
        lane.submit(billing("done").build());
        completed(lane, "done", 1);
        lane.submit(billing("open").build());
        lane.events();
        List<AuditEvent> before = lane.audit();
        long ignored = lane.counters.get(Count.IGNORED);

        write.accept(lane);

        assertThat(before).isNotEmpty();
        assertThat(lane.counters.get(Count.IGNORED) - ignored).isGreaterThanOrEqualTo(2);
        assertThat(lane.counters.get(Count.SET_ASIDE)).isZero();
        assertThat(lane.audit())
                .as("nothing happened but late answers")
                .allSatisfy(event -> assertThat(event.getRefusal()).isEqualTo(Refusal.TASK_ENDED.name()));
        assertThat(lane.dead()).isEmpty();
        works();
    }

    private void works() {
        lane.inbox("acme");
        lane.submit(billing("good").build());
        assertThat(lane.inbox("acme")).hasSize(1);
        completed(lane, "good", 1);
        lane.pass(Duration.ofSeconds(1));
        assertThat(lane.audit()).extracting(AuditEvent::getKind).contains(AuditKind.OUTCOME);
    }
}
