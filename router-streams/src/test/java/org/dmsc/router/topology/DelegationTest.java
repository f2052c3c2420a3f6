package org.dmsc.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.dmsc.router.task.Patience;
import org.dmsc.router.task.TaskKey;
import org.dmsc.router.testing.Make;
import org.dmsc.router.topology.RouterCounters.Count;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.DeadLetter;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DelegationTest {

    private final TestLane lane = new TestLane();

    @AfterEach
    void close() {
        lane.close();
    }

    private static TaskSubmission.Builder billing(String taskId) {
        return Make.submission("acme", taskId).setSkill("billing").setIntent("please check the invoice of zebra");
    }

    private void billingAgents(String... names) {
        for (String name : names) {
            lane.directory.put(Make.agent("acme", name, Make.skill("billing")).build());
        }
    }

    /** A bridge passes over events that are addressed to another agent than its caller. */
    @Test
    void addressesItsEventsToNobodySoThatTheCallersBridgeHearsThem() {
        billingAgents("clerk");

        lane.submit(billing("t1").build());

        assertThat(lane.eventEnvelopes())
                .isNotEmpty()
                .allSatisfy(
                        event -> assertThat(event.getRouting().getRecipient()).isEmpty());
    }

    @Test
    void assignsASubmissionAndTellsEverybody() {
        billingAgents("clerk");

        lane.submit(billing("t1").build(), "{\"text\":\"zebra\"}");

        TaskEvent assigned = lane.events().get(0);
        assertThat(assigned.getKind()).isEqualTo(TaskEventKind.ASSIGNED);
        assertThat(assigned.getAttempt()).isEqualTo(1);
        assertThat(assigned.getAssigneeAgent()).isEqualTo("clerk");
        assertThat(assigned.getReasons()).isNotEmpty();
        SealedEnvelope delivered = lane.inboxEnvelopes("acme").get(0);
        Delivery delivery = lane.envelopes.routing(delivered, Delivery.class);
        assertThat(delivery.getDeliveryId()).isEqualTo("t1.1");
        assertThat(delivery.getKind()).isEqualTo(DeliveryKind.TASK);
        assertThat(delivery.getAttemptDeadline()).isEqualTo(Make.NOW + 60_000);
        assertThat(new String(lane.envelopes.openPayload(delivered), StandardCharsets.UTF_8))
                .isEqualTo("{\"text\":\"zebra\"}");
        assertThat(lane.reports("acme")).extracting(AgentReport::getKind).containsExactly(AgentReportKind.ASSIGNED);
        assertThat(lane.audit())
                .extracting(AuditEvent::getKind)
                .containsExactly(AuditKind.TASK_ACCEPTED, AuditKind.DECISION);
    }

    @Test
    void endsWithTheFirstCompletedOfTheOpenAttempt() {
        billingAgents("clerk");
        lane.submit(billing("t1").build());
        lane.events();

        lane.update("t1", 1, TaskStateName.WORKING);
        lane.update("t1", 1, TaskStateName.COMPLETED);
        lane.update("t1", 1, TaskStateName.COMPLETED);

        List<AgentReport> reports = lane.reports("acme");
        assertThat(reports)
                .extracting(AgentReport::getKind)
                .containsExactly(AgentReportKind.ASSIGNED, AgentReportKind.OUTCOME);
        assertThat(reports.get(1).getOutcome()).isEqualTo(AttemptOutcome.COMPLETED);
        assertThat(lane.audit())
                .extracting(AuditEvent::getKind)
                .as("the second answer is refused, and on the log")
                .containsExactly(AuditKind.TASK_ACCEPTED, AuditKind.DECISION, AuditKind.OUTCOME, AuditKind.REFUSAL);
        assertThat(lane.counters.get(Count.IGNORED)).isEqualTo(1);
    }

    @Test
    void givesAFailedTaskToAnotherAgent() {
        billingAgents("clerk-1", "clerk-2");
        lane.submit(billing("t1").build(), "{\"text\":\"zebra\"}");
        String first = lane.events().get(0).getAssigneeAgent();

        lane.update("t1", 1, TaskStateName.FAILED);

        TaskEvent second = lane.events().get(0);
        assertThat(second.getAttempt()).isEqualTo(2);
        assertThat(second.getAssigneeAgent()).isNotEqualTo(first);
        SealedEnvelope redelivered = lane.inboxEnvelopes("acme").get(1);
        assertThat(new String(lane.envelopes.openPayload(redelivered), StandardCharsets.UTF_8))
                .isEqualTo("{\"text\":\"zebra\"}");
    }

    @Test
    void endsAsFailedWithADeadLetterWhenEveryAgentFailed() {
        billingAgents("clerk-1", "clerk-2");
        lane.submit(billing("t1").setRootTaskId("root").build());
        lane.events();
        lane.update("t1", 1, TaskStateName.FAILED);
        lane.events();

        lane.update("t1", 2, TaskStateName.FAILED);

        TaskEvent ended = lane.events().get(0);
        assertThat(ended.getKind()).isEqualTo(TaskEventKind.ENDED);
        assertThat(ended.getState()).isEqualTo(TaskStateName.FAILED);
        assertThat(ended.getRefusal()).isEqualTo("ALL_TRIED");
        assertThat(lane.dead()).extracting(DeadLetter::getRefusal).containsExactly("ALL_TRIED");
        assertThat(lane.audit())
                .allMatch(event -> "root".equals(event.getRootTaskId()), "says which task it descends from")
                .extracting(AuditEvent::getKind)
                .contains(AuditKind.OUTCOME, AuditKind.ATTEMPT_CLOSED);
    }

    @Test
    void waitsForTheRegistryBeforeItRefusesAndThenRefuses() {
        lane.submit(billing("t1").build());
        assertThat(lane.events()).isEmpty();

        lane.pass(Duration.ofMillis(400));

        TaskEvent ended = lane.events().get(0);
        assertThat(ended.getKind()).isEqualTo(TaskEventKind.ENDED);
        assertThat(ended.getRefusal()).isEqualTo("NO_CANDIDATE");
        assertThat(lane.dead()).hasSize(1);
    }

    @Test
    void findsAnAgentThatTheRegistryTellsOfAMomentLater() {
        lane.submit(billing("t1").build());

        billingAgents("clerk");
        lane.pass(Duration.ofMillis(20));

        assertThat(lane.events()).extracting(TaskEvent::getKind).containsExactly(TaskEventKind.ASSIGNED);
    }

    @Test
    void timesAnAttemptOutAndTellsTheAgentToStop() {
        billingAgents("clerk-1", "clerk-2");
        lane.submit(billing("t1").build());
        String first = lane.events().get(0).getAssigneeAgent();
        lane.inbox("acme");

        lane.pass(Duration.ofMillis(60_020));

        assertThat(lane.inbox("acme"))
                .extracting(Delivery::getKind)
                .containsExactly(DeliveryKind.CANCEL, DeliveryKind.TASK);
        List<TaskEvent> events = lane.events();
        assertThat(events)
                .extracting(TaskEvent::getKind)
                .containsExactly(TaskEventKind.ATTEMPT_CLOSED, TaskEventKind.ASSIGNED);
        assertThat(events.get(1).getAssigneeAgent()).isNotEqualTo(first);
    }

    @Test
    void endsAtTheDeadline() {
        billingAgents("clerk");
        lane.submit(billing("t1").setDeadline(Make.NOW + 5_000).build());
        lane.events();

        lane.pass(Duration.ofSeconds(6));

        assertThat(lane.events()).extracting(TaskEvent::getRefusal).containsExactly("DEADLINE_EXCEEDED");
        assertThat(lane.reports("acme"))
                .last()
                .extracting(AgentReport::getOutcome)
                .isEqualTo(AttemptOutcome.TIMED_OUT);
    }

    @Test
    void cancelsForTheCallerOnly() {
        billingAgents("clerk");
        lane.submit(billing("t1").build());
        lane.events();
        lane.inbox("acme");

        lane.cancel("t1", "stranger");
        assertThat(lane.events()).isEmpty();
        lane.cancel("t1", "caller");

        assertThat(lane.events()).extracting(TaskEvent::getState).containsExactly(TaskStateName.CANCELED);
        assertThat(lane.inbox("acme")).extracting(Delivery::getKind).containsExactly(DeliveryKind.CANCEL);
        assertThat(lane.dead()).isEmpty();
    }

    @Test
    void takesATaskOnceHoweverOftenItIsSubmitted() {
        billingAgents("clerk");

        lane.submit(billing("t1").build());
        lane.submit(billing("t1").build());

        assertThat(lane.inbox("acme")).hasSize(1);
        assertThat(lane.counters.get(Count.DUPLICATES)).isEqualTo(1);
    }

    @Test
    void holdsATaskWhileEveryAgentIsBusyAndGivesItToTheFirstThatIsFree() {
        lane.directory.put(withCapacity("clerk", 1));
        lane.submit(billing("t1").build());
        lane.events();

        lane.submit(billing("t2").build());
        assertThat(lane.events()).extracting(TaskEvent::getKind).containsExactly(TaskEventKind.DEFERRED);
        lane.update("t1", 1, TaskStateName.COMPLETED);

        assertThat(lane.events())
                .singleElement()
                .satisfies(event -> assertThat(event.getKind()).isEqualTo(TaskEventKind.ASSIGNED))
                .satisfies(event -> assertThat(event.getTaskId()).isEqualTo("t2"));
    }

    private static org.dmsc.schemas.avro.AgentSnapshot withCapacity(String name, int capacity) {
        var agent = Make.agent("acme", name, Make.skill("billing")).build();
        return org.dmsc.schemas.avro.AgentSnapshot.newBuilder(agent)
                .setRegistration(org.dmsc.schemas.avro.AgentRegistration.newBuilder(agent.getRegistration())
                        .setCapacity(capacity)
                        .build())
                .build();
    }

    @Test
    void waitsForAnAgentThatIsDownButNotForEver() {
        lane.directory.put(Make.agent("acme", "clerk", Make.skill("billing"))
                .setHealth(AgentHealth.DOWN)
                .build());
        lane.submit(billing("t1").build());
        assertThat(lane.events()).extracting(TaskEvent::getRefusal).containsExactly("NO_CANDIDATE_UP");

        lane.pass(Duration.ofSeconds(31));

        assertThat(lane.events()).extracting(TaskEvent::getKind).containsExactly(TaskEventKind.ENDED);
    }

    @Test
    void spreadsABurstOverAgentsBeforeTheRegistryKnows() {
        billingAgents("clerk-1", "clerk-2");

        for (int i = 0; i < 8; i++) {
            lane.submit(billing("t" + i).build());
        }

        assertThat(lane.inbox("acme"))
                .filteredOn(delivery -> delivery.getAssigneeAgent().equals("clerk-1"))
                .hasSize(4);
    }

    @Test
    void answersACanaryOnTheEventsTopic() {
        TaskEvent canary = TestLane.event("c1", 0, TaskEventKind.CANARY).build();
        SealedEnvelope sealed = lane.seal(canary, Channel.TASKS, "c1");

        lane.write(Channel.TASKS, "c1", new SealedEnvelope("Canary", sealed.getRouting(), null));

        assertThat(lane.events()).extracting(TaskEvent::getKind).containsExactly(TaskEventKind.CANARY);
    }

    @Test
    void setsAsideWhatItCannotUseAndGoesOn() {
        billingAgents("clerk");

        lane.writeRaw(Channel.TASKS, "bad", new byte[] {1, 2, 3});
        lane.write(Channel.TASKS, "other-key", lane.seal(billing("t0").build(), Channel.TASKS, "m"));
        lane.write(Channel.TASKS, "t9", lane.seal(billing("t9").build(), Channel.EVENTS, "m"));
        lane.submit(billing("t1").build());

        assertThat(lane.counters.get(Count.SET_ASIDE)).isEqualTo(3);
        assertThat(lane.values(Channel.DEAD.of(TestLane.ACME))).hasSize(3);
        assertThat(lane.inbox("acme")).hasSize(1);
    }

    @Test
    void forgetsATaskAfterItsRetention() {
        billingAgents("clerk");
        lane.submit(billing("t1").build());
        lane.events();
        lane.update("t1", 1, TaskStateName.COMPLETED);
        KeyValueStore<Bytes, byte[]> tasks = lane.driver.getKeyValueStore(RouterStores.TASKS);
        lane.pass(Duration.ofMinutes(2));
        assertThat(tasks.get(StoreKeys.state(new TaskKey(TestLane.ACME, "t1")))).isNotNull();

        lane.pass(Duration.ofDays(8));

        try (KeyValueIterator<Bytes, byte[]> all = tasks.all()) {
            assertThat(all).toIterable().isEmpty();
        }
    }

    @Test
    void keepsNoReadableWordInItsStores() {
        billingAgents("clerk");

        lane.submit(billing("t1").build(), "{\"text\":\"zebra crossing\"}");
        lane.events();
        lane.update("t1", 1, TaskStateName.WORKING);

        KeyValueStore<Bytes, byte[]> tasks = lane.driver.getKeyValueStore(RouterStores.TASKS);
        try (KeyValueIterator<Bytes, byte[]> all = tasks.all()) {
            assertThat(all).toIterable().hasSizeGreaterThan(3).allSatisfy(DelegationTest::isSealed);
        }
    }

    private static void isSealed(KeyValue<Bytes, byte[]> entry) {
        assertThat(new String(entry.value, StandardCharsets.ISO_8859_1)).doesNotContain("zebra", "invoice", "billing");
    }

    @Test
    void keepsTheEventsThatCountInOrder() {
        billingAgents("clerk");
        lane.submit(billing("t1").build(), "{\"text\":\"zebra\"}");
        lane.events();
        lane.update("t1", 1, TaskStateName.WORKING);
        lane.update("t1", 7, TaskStateName.COMPLETED);
        lane.update("t1", 1, TaskStateName.COMPLETED);

        RouterStores stores = new RouterStores(lane.envelopes, lane.codec);
        TaskKey key = new TaskKey(TestLane.ACME, "t1");
        KeyValueStore<Bytes, byte[]> tasks = lane.driver.getKeyValueStore(RouterStores.TASKS);
        TaskState state = stores.state(tasks, key).orElseThrow();

        assertThat(state.getState()).isEqualTo(TaskStateName.COMPLETED);
        assertThat(lane.envelopes.openPayload(state.getSubmission()))
                .isEqualTo("{\"text\":\"zebra\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(stores.events(tasks, key))
                .extracting(envelope ->
                        lane.envelopes.routing(envelope, TaskEvent.class).getKind())
                .containsExactly(TaskEventKind.ASSIGNED, TaskEventKind.AGENT_UPDATE, TaskEventKind.AGENT_UPDATE);
    }

    @Test
    void repeatsAttemptsOnlyWithinTheTenantsBudget() {
        // Everybody refuses everything; without a budget this would be four attempts for each task.
        for (int i = 0; i < 4; i++) {
            lane.directory.put(capacity("clerk-" + i, 1000));
        }
        int tasks = 300;
        for (int i = 0; i < tasks; i++) {
            lane.submit(billing("t" + i).build());
        }
        long retries = 0;
        for (int attempt = 1; attempt <= 4; attempt++) {
            for (int i = 0; i < tasks; i++) {
                lane.update("t" + i, attempt, TaskStateName.REJECTED);
            }
        }
        retries = lane.counters.get(Count.ASSIGNED) - tasks;

        assertThat(retries).isBetween(200L, 270L);
        assertThat(lane.events())
                .anySatisfy(event -> assertThat(event.getRefusal()).isEqualTo(Refusal.RETRY_BUDGET.name()));

        lane.pass(Duration.ofSeconds(5));
        assertThat(lane.counters.get(Count.ASSIGNED) - tasks - retries)
                .as("time brings ten a second")
                .isBetween(40L, 60L);
    }

    @Test
    void refusesNewTasksOfATenantWhenTooManyWaitAndKeepsThoseThatDo() {
        lane.directory.put(capacity("clerk", 1));
        int most = Patience.DEFAULT.mostWaiting();
        for (int i = 0; i <= most; i++) {
            lane.submit(billing("t" + i).build());
        }
        assertThat(lane.events())
                .noneSatisfy(event -> assertThat(event.getKind()).isEqualTo(TaskEventKind.ENDED));

        lane.submit(billing("one-too-many").build());

        List<TaskEvent> events = lane.events();
        assertThat(events.get(events.size() - 1).getRefusal()).isEqualTo("QUEUE_FULL");
        lane.update("t0", 1, TaskStateName.COMPLETED);
        assertThat(lane.counters.get(Count.ASSIGNED)).isEqualTo(2);
    }

    @Test
    void givesAFreePlaceToTheHigherClassFirst() {
        lane.directory.put(capacity("clerk", 1));
        lane.submit(billing("busy").build());
        lane.submit(billing("low").setPriority(-1).build());
        lane.submit(billing("high").setPriority(1).build());
        lane.inbox("acme");

        lane.update("busy", 1, TaskStateName.COMPLETED);

        List<Delivery> delivered = lane.inbox("acme");
        assertThat(delivered).extracting(Delivery::getTaskId).containsExactly("high");
        assertThat(delivered.get(0).getPriority()).isEqualTo(1);
        assertThat(delivered.get(0).getMaxAttempts()).isEqualTo(4);
    }

    private static AgentSnapshot capacity(String agent, int capacity) {
        AgentSnapshot usual = Make.agent("acme", agent, Make.skill("billing")).build();
        return AgentSnapshot.newBuilder(usual)
                .setRegistration(AgentRegistration.newBuilder(usual.getRegistration())
                        .setCapacity(capacity)
                        .build())
                .build();
    }
}
