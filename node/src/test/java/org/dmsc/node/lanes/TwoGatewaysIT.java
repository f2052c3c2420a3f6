package org.dmsc.node.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.Need;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.Terms;
import org.dmsc.bridge.core.assembly.BridgeCore;
import org.dmsc.node.kafka.BrokerSettings;
import org.dmsc.node.kafka.EmbeddedKafka;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.Presence;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lanes (design 6, 14.3 to 14.6) with two gateways on a real broker. */
@Timeout(240)
final class TwoGatewaysIT {

    private static final AgentRef WORKER = AgentRef.of("acme", "worker");

    @TempDir
    Path folder;

    private EmbeddedKafka broker;
    private LaneWorld world;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        broker = new EmbeddedKafka(BrokerSettings.loopback(folder.resolve("kafka")));
        broker.start();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        world = new LaneWorld(broker.bootstrapServers(), keys);
        world.create();
        world.agents.called(WORKER);
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        world.close();
        broker.close();
    }

    @Test
    void shareTheLanesAndNoDeliveryIsHandledTwiceWhenOneLeaves() throws Exception {
        RecordingLink one = new RecordingLink(agent -> true, RecordingLink.COMPLETES);
        RecordingLink two = new RecordingLink(agent -> true, RecordingLink.COMPLETES);
        BridgeCore first = gateway("one", one);
        BridgeCore second = gateway("two", two);
        awaitShared(first, second);
        EventLog log = add(new EventLog(world));

        List<String> written = write(40);
        Await.until("all were answered", () -> log.events.size() == 40);
        assertThat(one.taken).isNotEmpty();
        assertThat(two.taken).isNotEmpty();

        List<String> more = new ArrayList<>(write(20));
        open.remove(first);
        first.close();
        more.addAll(write(20));
        Await.until("the other has all lanes", () -> second.gateway().lanes().size() == LaneWorld.LANES);
        Await.until("all were answered", () -> log.events.size() == 80);

        written.addAll(more);
        List<String> handled = new ArrayList<>();
        one.taken.forEach(delivery -> handled.add(delivery.getDeliveryId()));
        two.taken.forEach(delivery -> handled.add(delivery.getDeliveryId()));
        assertThat(handled).containsExactlyInAnyOrderElementsOf(written);
        assertThat(log.events).allMatch(event -> event.getState() == TaskStateName.COMPLETED);
    }

    @Test
    void takesOverWhatAKilledGatewayHadAndRedeliversOnlyWhatMayBeDoneTwice() throws Exception {
        Process killed = add(LaneProcess.start(broker.bootstrapServers(), folder.resolve("keys"), folder));
        LaneProcess.awaitReady(killed);
        Delivery once = LaneWorld.delivery(WORKER).build();
        Delivery twice = LaneWorld.delivery(WORKER).setIdempotent(true).build();
        Delivery done = LaneWorld.delivery(WORKER).setCallerAgent("quick").build();
        world.write(done, 1);
        world.write(once, 1);
        world.write(twice, 1);
        LaneProcess.awaitTaken(killed, Set.of(done.getDeliveryId(), once.getDeliveryId(), twice.getDeliveryId()));
        LaneProcess.awaitCommitted(world, 1);

        killed.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        RecordingLink link = new RecordingLink(agent -> true, RecordingLink.COMPLETES);
        BridgeCore survivor = gateway("survivor", link);
        Await.until(
                "the survivor has all lanes", () -> survivor.gateway().lanes().size() == LaneWorld.LANES);
        EventLog log = add(new EventLog(world));
        Delivery fresh = LaneWorld.delivery(WORKER).build();
        world.write(fresh, 1);
        Await.until("the new one was answered", () -> log.of(fresh.getTaskId()).size() == 1);

        assertThat(link.taken)
                .extracting(Delivery::getDeliveryId)
                .containsExactly(twice.getDeliveryId(), fresh.getDeliveryId());
        TaskEvent unsure = log.of(once.getTaskId()).get(0);
        assertThat(unsure.getKind()).isEqualTo(TaskEventKind.ATTEMPT_FAILED);
        assertThat(unsure.getRefusal()).isEqualTo(Refusal.UNCERTAIN.name());
        assertThat(unsure.getUncertain()).isTrue();
        assertThat(log.of(done.getTaskId())).hasSize(1).allMatch(event -> event.getState() == TaskStateName.COMPLETED);
    }

    @Test
    void putsADeliveryBackOnTheLaneWhereItsAgentIs() throws Exception {
        RecordingLink nowhere = new RecordingLink(agent -> false, RecordingLink.COMPLETES);
        RecordingLink here = new RecordingLink(
                agent -> agent.getRegistration().getChannel() == AgentChannel.MQTT5, RecordingLink.COMPLETES);
        BridgeCore first = gateway("one", nowhere);
        BridgeCore second = gateway("two", here);
        awaitShared(first, second);
        EventLog log = add(new EventLog(world));
        AgentRef device = AgentRef.of("acme", "device");
        Presence presence = second.reports().presenceOf(device).orElseThrow();
        world.agents.connected(device, presence);
        Delivery delivery = LaneWorld.delivery(device).build();

        world.write(delivery, first.gateway().lanes().iterator().next());
        Await.until("it was answered", () -> log.of(delivery.getTaskId()).size() == 1);

        assertThat(here.taken).hasSize(1);
        assertThat(here.taken.get(0).getDeliveryId()).isEqualTo(delivery.getDeliveryId());
        assertThat(here.taken.get(0).getRedirects()).isEqualTo(1);
        assertThat(nowhere.taken).isEmpty();
        carriesWhatAnAgentSaysToTheGatewayThatHoldsIt(first, second, device);
    }

    /** Acknowledgements and answers, small and large, that come to another gateway than the delivery. */
    private static void carriesWhatAnAgentSaysToTheGatewayThatHoldsIt(
            BridgeCore first, BridgeCore second, AgentRef device) throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        second.relay().serve((agent, name, response) -> {
            if (name.equals("refused.1")) {
                return Optional.of(
                        CompletableFuture.failedStage(new RefusedException(Refusal.INVALID_REQUEST, "no answer")));
            }
            heard.add(agent + " " + name + " " + response.map(bytes -> bytes.length));
            return name.equals("held.1") ? Optional.of(CompletableFuture.completedStage(null)) : Optional.empty();
        });
        byte[] large = new byte[300 * 1024];

        get(first.relay().carry(device, "held.1", Optional.empty()).toCompletableFuture());
        get(first.relay().carry(device, "held.1", Optional.of(large)).toCompletableFuture());

        assertThat(heard).containsExactly("acme/device held.1 Optional.empty", "acme/device held.1 Optional[307200]");
        assertThat(refusalOf(first.relay().carry(device, "refused.1", Optional.empty())))
                .isEqualTo(Refusal.INVALID_REQUEST);
        assertThat(refusalOf(first.relay().carry(device, "nobodys.1", Optional.empty())))
                .isEqualTo(Refusal.TASK_UNKNOWN);
        assertThat(refusalOf(second.relay().carry(device, "held.1", Optional.empty())))
                .isEqualTo(Refusal.TASK_UNKNOWN);
    }

    private static Refusal refusalOf(CompletionStage<Void> stage) {
        return stage.handle((done, failure) -> ((RefusedException)
                                (failure instanceof CompletionException ? failure.getCause() : failure))
                        .refusal())
                .toCompletableFuture()
                .join();
    }

    @Test
    void refusesADeliveryToAnAgentThatNobodyReaches() throws Exception {
        gateway("one", new RecordingLink(agent -> false, RecordingLink.COMPLETES));
        EventLog log = add(new EventLog(world));
        Delivery delivery = LaneWorld.delivery(AgentRef.of("acme", "ghost")).build();

        world.write(delivery, 2);
        Await.until("it was refused", () -> log.of(delivery.getTaskId()).size() == 1);

        TaskEvent refused = log.of(delivery.getTaskId()).get(0);
        assertThat(refused.getKind()).isEqualTo(TaskEventKind.ATTEMPT_FAILED);
        assertThat(refused.getRefusal()).isEqualTo(Refusal.UNDELIVERABLE.name());
        assertThat(refused.getUncertain()).isFalse();
    }

    @Test
    void aCallerHearsOfItsTasksWhateverLaneTheyAreOn() throws Exception {
        BridgeCore first = gateway("one", new RecordingLink(agent -> true, RecordingLink.COMPLETES));
        BridgeCore second = gateway("two", new RecordingLink(agent -> true, RecordingLink.COMPLETES));
        awaitShared(first, second);
        Caller caller = caller("caller");
        List<OpenTask> tasks = new ArrayList<>();
        Set<Integer> lanes = new HashSet<>();
        // Task ids come from a secret, so lanes fall at random: asked until each lane has a task.
        for (int i = 0; lanes.size() < LaneWorld.LANES || i < 6; i++) {
            OpenTask task =
                    get(first.exchange().ask(caller, message("message-" + i)).toCompletableFuture());
            lanes.add(Lanes.of(task.taskId(), LaneWorld.LANES));
            tasks.add(task);
        }

        tasks.forEach(this::play);

        for (OpenTask task : tasks) {
            TaskView view = get(task.settled().toCompletableFuture());
            assertThat(view.state()).isEqualTo(TaskStateName.COMPLETED);
            assertThat(view.assignment().orElseThrow().agent()).isEqualTo(WORKER);
            List<TaskUpdate> updates = new ArrayList<>();
            task.listen(updates::add);
            assertThat(updates).hasSize(2);
            assertThat(updates.get(1).last()).isTrue();
            task.release();
        }
        OpenTask again = get(second.exchange().ask(caller, message("message-3")).toCompletableFuture());
        assertThat(again.taskId()).isEqualTo(tasks.get(3).taskId());
        assertThat(get(again.settled().toCompletableFuture()).state()).isEqualTo(TaskStateName.COMPLETED);
        again.release();
        TaskView found =
                get(second.exchange().find(caller, tasks.get(5).taskId()).toCompletableFuture());
        assertThat(found.artifacts()).hasSize(1);
        assertThat(second.exchange().find(caller("other"), tasks.get(5).taskId()))
                .failsWithin(java.time.Duration.ofSeconds(60))
                .withThrowableThat()
                .withCauseInstanceOf(RefusedException.class)
                .withMessageContaining("is not known");
    }

    /** What router and agent would write. */
    private void play(OpenTask task) {
        TaskEvent.Builder event = TaskEvent.newBuilder()
                .setTaskId(task.taskId())
                .setContextId(task.contextId())
                .setAttempt(1)
                .setBy("spiffe://platform.fabric.localhost/router/test")
                .setTime(Clock.systemUTC().millis())
                .setAssigneeTenant(WORKER.tenant().value())
                .setAssigneeAgent(WORKER.agent().value())
                .setSkill("work");
        world.write(
                event.setEventId(UUID.randomUUID().toString())
                        .setKind(TaskEventKind.ASSIGNED)
                        .build(),
                Optional.empty());
        String artifact = "{\"artifactUpdate\":{\"taskId\":\"" + task.taskId()
                + "\",\"contextId\":\"c\",\"artifact\":{\"artifactId\":\"a\",\"parts\":[{\"text\":\"half\"}]}}}";
        event.setKind(TaskEventKind.AGENT_UPDATE);
        world.write(event.setEventId(UUID.randomUUID().toString()).build(), Optional.of(artifact));
        world.write(
                event.setEventId(UUID.randomUUID().toString())
                        .setState(TaskStateName.COMPLETED)
                        .build(),
                Optional.of(new String(RecordingLink.completed(task.taskId()), StandardCharsets.UTF_8)));
    }

    private static AgentMessage message(String id) {
        byte[] json = ("{\"messageId\":\"" + id + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"hi\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        return new AgentMessage(
                id, Optional.empty(), Optional.empty(), Optional.empty(), Need.of("hi"), json, Terms.plain("internal"));
    }

    private static Caller caller(String agent) {
        AgentRef ref = AgentRef.of("acme", agent);
        return new Caller(
                Caller.Kind.AGENT,
                SpiffeId.agent(FabricDomain.DEFAULT, ref),
                Optional.of(ref),
                Caller.Method.CERTIFICATE);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    private List<String> write(int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Delivery delivery = LaneWorld.delivery(WORKER).build();
            world.write(delivery, i % LaneWorld.LANES);
            ids.add(delivery.getDeliveryId());
        }
        return ids;
    }

    private static void awaitShared(BridgeCore first, BridgeCore second) {
        Await.until(
                "each has half of the lanes",
                () -> first.gateway().ready()
                        && second.gateway().ready()
                        && first.gateway().lanes().size() == LaneWorld.LANES / 2
                        && second.gateway().lanes().size() == LaneWorld.LANES / 2);
        Set<Integer> both = new HashSet<>(first.gateway().lanes());
        both.retainAll(second.gateway().lanes());
        assertThat(both).isEmpty();
    }

    private BridgeCore gateway(String name, RecordingLink link) {
        BridgeCore core = world.gateway(name);
        core.gateway().addLink(link);
        return add(core);
    }

    private <T extends AutoCloseable> T add(T closing) {
        open.add(closing);
        return closing;
    }

    private Process add(Process process) {
        open.add(process::destroyForcibly);
        return process;
    }
}
