package org.dmsc.bridge.http.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.InboxRelay;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.agents.RecordingSink;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.Presence;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.directory.Agents;
import org.junit.jupiter.api.Test;

/** What becomes of tasks in inboxes while their agents come and go. */
final class InboxesTest {

    private final Ticks clock = new Ticks();
    private final Told told = new Told();
    private final Crossing relay = new Crossing();
    private final Inboxes inboxes = new Inboxes(told, delivery -> "token", relay, told, clock);

    @Test
    void servesAnAgentForAsLongAsItsStreamIsOpenAndSaysSoToTheRegistry() {
        Stream stream = new Stream();

        Inbox inbox = inboxes.attach(Deliveries.WORKER, stream);
        assertThat(inboxes.serves(Deliveries.worker(Reach.HTTP_INBOX))).isTrue();
        assertThat(inboxes.serves(Deliveries.worker(Reach.A2A_HTTP))).isFalse();
        inbox.closed(stream, clock.millis());

        assertThat(inboxes.serves(Deliveries.worker(Reach.HTTP_INBOX))).isFalse();
        assertThat(told.events).containsExactly("present", "absent");
    }

    @Test
    void givesAgainWhatWasNotAcknowledgedAndNothingElse() {
        Stream cut = new Stream();
        Inbox inbox = inboxes.attach(Deliveries.WORKER, cut);
        RecordingSink lost = put("lost");
        RecordingSink kept = put("kept");
        acknowledge("kept.1");
        inbox.closed(cut, clock.millis());
        clock.pass(Inbox.RETURN_MS - 1);
        inboxes.sweep();

        Stream again = new Stream();
        inboxes.attach(Deliveries.WORKER, again);

        assertThat(cut.names()).containsExactly("lost.1", "kept.1");
        assertThat(again.names()).containsExactly("lost.1");
        assertThat(kept.delivered.getCount()).isZero();
        assertThat(lost.delivered.getCount()).isOne();
        assertThat(lost.refusal).isEmpty();
    }

    @Test
    void handsBackWhatNobodyCameBackForAndTakesNoLateAcknowledgement() {
        Stream stream = new Stream();
        Inbox inbox = inboxes.attach(Deliveries.WORKER, stream);
        RecordingSink sink = put("t");
        inbox.closed(stream, clock.millis());

        clock.pass(Inbox.RETURN_MS);
        inboxes.sweep();

        assertThat(sink.refusal).contains(Refusal.UNDELIVERABLE);
        assertThat(sink.certainty).contains(Certainty.CERTAIN);
        assertThatThrownBy(() -> acknowledge("t.1"))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.TASK_UNKNOWN));
        assertThat(inboxes.find(Deliveries.WORKER)).isEmpty();
    }

    @Test
    void handsBackWhatAConnectedAgentDoesNotAcknowledge() {
        inboxes.attach(Deliveries.WORKER, new Stream());
        RecordingSink sink = put("t");

        clock.pass(Inbox.UNTAKEN_MS);
        inboxes.sweep();

        assertThat(sink.refusal).contains(Refusal.UNDELIVERABLE);
        assertThat(sink.certainty).contains(Certainty.CERTAIN);
    }

    @Test
    void waitsForAnAgentThatAcknowledgedAndWasCutOffUntilItIsSilentForLong() {
        Stream stream = new Stream();
        Inbox inbox = inboxes.attach(Deliveries.WORKER, stream);
        RecordingSink working = put("working");
        acknowledge("working.1");
        inbox.closed(stream, clock.millis());
        clock.pass(Inbox.SILENCE_MS - 1);
        inboxes.sweep();
        answer("working.1", status("working", "TASK_STATE_WORKING"));
        clock.pass(Inbox.SILENCE_MS - 1);
        inboxes.sweep();

        assertThat(working.refusal).isEmpty();
        clock.pass(1);
        inboxes.sweep();

        assertThat(working.refusal).contains(Refusal.AGENT_LOST);
        assertThat(working.certainty).contains(Certainty.UNCERTAIN);
    }

    @Test
    void takesWhatIsSaidToAnotherGatewayAndWaitsForWhoReadsThere() {
        Crossing back = new Crossing();
        Inboxes other = new Inboxes(told, delivery -> "token", back, told, clock);
        inboxes.start();
        other.start();
        back.across = relay.served;
        Stream cut = new Stream();
        Inbox inbox = inboxes.attach(Deliveries.WORKER, cut);
        RecordingSink sink = put("t");
        inbox.closed(cut, clock.millis());
        Stream elsewhere = new Stream();
        Inbox there = other.attach(Deliveries.WORKER, elsewhere);

        join(other.acknowledge(Deliveries.WORKER, "t.1"));
        told.present = true;
        clock.pass(Inbox.SILENCE_MS * 2);
        inboxes.sweep();
        other.cancel(Deliveries.delivery("t", DeliveryKind.CANCEL, clock.millis()));
        join(other.answer(Deliveries.WORKER, "t.1", A2aJson.bytes(status("t", "TASK_STATE_CANCELED"))));

        assertThat(sink.delivered.getCount()).isZero();
        assertThat(elsewhere.items).extracting(InboxItem::kind).containsExactly(InboxItem.Kind.CANCEL);
        assertThat(sink.states).containsExactly(Optional.of(TaskStateName.CANCELED));
        assertThatThrownBy(() -> join(other.acknowledge(Deliveries.WORKER, "nobody.1")))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.TASK_UNKNOWN));
        there.closed(elsewhere, clock.millis());
        other.close();
        inboxes.close();
    }

    @Test
    void keepsAnAgentPresentBetweenPollsAndNoLonger() {
        Stream poll = new Stream();
        Inbox inbox = inboxes.attach(Deliveries.WORKER, poll);
        inbox.pausing(poll, clock.millis());
        RecordingSink sink = put("t");
        Stream next = new Stream();
        inboxes.attach(Deliveries.WORKER, next);
        inbox.pausing(next, clock.millis());

        assertThat(next.names()).containsExactly("t.1");
        clock.pass(Inbox.BETWEEN_POLLS_MS);
        inboxes.sweep();

        assertThat(told.events).containsExactly("present", "absent");
        assertThat(sink.refusal).contains(Refusal.UNDELIVERABLE);
    }

    @Test
    void letsANewReaderTakeOver() {
        Stream first = new Stream();
        Stream second = new Stream();
        Inbox inbox = inboxes.attach(Deliveries.WORKER, first);

        inboxes.attach(Deliveries.WORKER, second);
        inbox.closed(first, clock.millis());
        put("t");

        assertThat(first.dismissed).isTrue();
        assertThat(second.names()).containsExactly("t.1");
        assertThat(told.events).containsExactly("present");
    }

    @Test
    void takesAnswersUntilTheLastAndLetsBrokenOnesBeCorrected() {
        inboxes.attach(Deliveries.WORKER, new Stream());
        RecordingSink sink = put("t");

        assertThatThrownBy(() -> answer("t.1", A2aJson.object()))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INVALID_REQUEST));
        assertThatThrownBy(() -> answer("t.1", status("another", "TASK_STATE_WORKING")))
                .hasMessageContaining("taskId");
        answer("t.1", status("t", "TASK_STATE_COMPLETED"));

        assertThat(sink.states).containsExactly(Optional.of(TaskStateName.COMPLETED));
        assertThatThrownBy(() -> answer("t.1", status("t", "TASK_STATE_COMPLETED")))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.TASK_UNKNOWN));
    }

    @Test
    void tellsOfACancelOnlyWhoHasTheTask() {
        Stream stream = new Stream();
        Inbox inbox = inboxes.attach(Deliveries.WORKER, stream);
        put("fetched");
        inbox.closed(stream, clock.millis());
        Stream poll = new Stream();
        inboxes.attach(Deliveries.WORKER, poll);
        inbox.pausing(poll, clock.millis());
        RecordingSink unfetched = put("unfetched");

        cancel("fetched");
        cancel("unfetched");
        Stream last = new Stream();
        inboxes.attach(Deliveries.WORKER, last);

        assertThat(last.items).extracting(InboxItem::kind).contains(InboxItem.Kind.CANCEL);
        assertThat(last.names()).containsOnly("fetched.1");
        assertThat(unfetched.settled.getCount()).isZero();
    }

    @Test
    void refusesToPileUpWhatAnAgentDoesNotAcknowledge() {
        inboxes.attach(Deliveries.WORKER, new Stream());
        for (int i = 0; i < 64; i++) {
            assertThat(put("t" + i).refusal).isEmpty();
        }

        assertThat(put("one-more").refusal).contains(Refusal.OVERLOADED);
    }

    private void acknowledge(String name) {
        join(inboxes.acknowledge(Deliveries.WORKER, name));
    }

    private void answer(String name, ObjectNode streamResponse) {
        join(inboxes.answer(Deliveries.WORKER, name, A2aJson.bytes(streamResponse)));
    }

    private static void join(CompletionStage<Void> stage) {
        try {
            stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private RecordingSink put(String taskId) {
        RecordingSink sink = new RecordingSink();
        inboxes.deliver(Deliveries.order(taskId, clock.millis()), sink);
        return sink;
    }

    private void cancel(String taskId) {
        inboxes.cancel(Deliveries.delivery(taskId, DeliveryKind.CANCEL, clock.millis()));
    }

    private static ObjectNode status(String taskId, String state) {
        ObjectNode update = A2aJson.object();
        ObjectNode status =
                update.putObject("statusUpdate").put("taskId", taskId).put("contextId", "context-1");
        status.putObject("status").put("state", state);
        return update;
    }

    /** Takes what is there as soon as it is there. */
    private static final class Stream implements InboxReader {
        private final List<InboxItem> items = new ArrayList<>();
        private boolean dismissed;

        @Override
        public void ready(Inbox inbox) {
            items.addAll(inbox.take());
        }

        @Override
        public void dismissed(String why) {
            dismissed = true;
        }

        List<String> names() {
            return items.stream().map(InboxItem::delivery).toList();
        }
    }

    /** The way to one other gateway. */
    private static final class Crossing implements InboxRelay {
        private Holder served = (agent, delivery, streamResponse) -> Optional.empty();
        private Holder across = served;

        @Override
        public CompletionStage<Void> carry(AgentRef agent, String delivery, Optional<byte[]> streamResponse) {
            return across.said(agent, delivery, streamResponse)
                    .orElseGet(() -> NONE.carry(agent, delivery, streamResponse));
        }

        @Override
        public void serve(Holder holder) {
            served = holder;
        }
    }

    private static final class Told implements AgentReports, Agents {
        private final List<String> events = new ArrayList<>();
        private boolean present;

        @Override
        public Optional<AgentSnapshot> find(AgentRef agent) {
            return Optional.of(AgentSnapshot.newBuilder(Deliveries.worker(Reach.HTTP_INBOX))
                    .setPresence(present ? new Presence("other", 1L, 0) : null)
                    .build());
        }

        @Override
        public List<AgentSnapshot> ofTenant(TenantId tenant) {
            return List.of();
        }

        @Override
        public Collection<AgentSnapshot> all() {
            return List.of();
        }

        @Override
        public long offset() {
            return 0;
        }

        @Override
        public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener) {}

        @Override
        public Optional<Presence> presenceOf(AgentRef agent) {
            return Optional.empty();
        }

        @Override
        public CompletionStage<Void> register(AgentRef agent, AgentRegistration given, Optional<Presence> presence) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> unregister(AgentRef agent) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> replace(AgentRef agent, String known, Optional<AgentRegistration> by) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> present(AgentRef agent) {
            events.add("present");
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> absent(AgentRef agent, String reason) {
            events.add("absent");
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> probed(AgentRef agent, Optional<String> problem) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> heartbeat(AgentRef agent, AgentLoad load) {
            return CompletableFuture.completedStage(null);
        }
    }

    private static final class Ticks extends Clock {
        private long now = 1_000_000;

        void pass(long ms) {
            now += ms;
        }

        @Override
        public long millis() {
            return now;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("one zone");
        }
    }
}
