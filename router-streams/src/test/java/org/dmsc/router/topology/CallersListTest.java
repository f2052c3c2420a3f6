package org.dmsc.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.dmsc.router.task.FoundTasks;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.router.testing.Make;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a caller's list shows, out of the store. */
class CallersListTest {

    private static final TaskSearch ALL = new TaskSearch(
            new TenantId("acme"),
            "caller",
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            100,
            1000);

    private final TestLane lane = new TestLane();
    private final RouterStores stores = new RouterStores(lane.envelopes, lane.codec);

    @AfterEach
    void close() {
        lane.close();
    }

    private void submit(String taskId, String caller, String context, long at) {
        lane.submit(Make.submission("acme", taskId)
                .setSkill("billing")
                .setCallerAgent(caller)
                .setContextId(context)
                .setCreatedAt(at)
                .build());
    }

    private void status(String taskId, TaskStateName state, long at) {
        lane.event(TestLane.event(taskId, 1, TaskEventKind.AGENT_UPDATE)
                .setState(state)
                .setTime(at)
                .build());
    }

    private void agent() {
        lane.directory.put(Make.agent("acme", "clerk", Make.skill("billing"))
                .setRegistration(org.dmsc.schemas.avro.AgentRegistration.newBuilder(
                                Make.agent("acme", "clerk", Make.skill("billing"))
                                        .getRegistration())
                        .setCapacity(100)
                        .build())
                .build());
    }

    private KeyValueStore<Bytes, byte[]> store() {
        return lane.driver.getKeyValueStore(RouterStores.TASKS);
    }

    private FoundTasks search(TaskSearch search) {
        return stores.search(List.of(store()), search);
    }

    private static List<String> ids(FoundTasks found) {
        return found.tasks().stream().map(task -> task.state().getTaskId()).toList();
    }

    private long entries() {
        long count = 0;
        try (KeyValueIterator<Bytes, byte[]> all = store().all()) {
            while (all.hasNext()) {
                KeyValue<Bytes, byte[]> entry = all.next();
                count += entry.key.get()[0] == 'l' ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void isOfThatCallerAloneTheNewestStatusFirst() {
        agent();
        submit("t1", "caller", "one", Make.NOW + 1);
        submit("t2", "caller", "one", Make.NOW + 2);
        submit("t3", "caller-2", "one", Make.NOW + 3);
        submit("t4", "caller", "two", Make.NOW + 4);
        status("t1", TaskStateName.WORKING, Make.NOW + 10);

        assertThat(ids(search(ALL))).containsExactly("t1", "t4", "t2");
        assertThat(search(ALL).total()).isEqualTo(3);
        assertThat(search(ALL).last()).isEmpty();
    }

    @Test
    void hasOneEntryPerTaskHoweverOftenItMoves() {
        agent();
        submit("t1", "caller", "one", Make.NOW + 1);
        status("t1", TaskStateName.WORKING, Make.NOW + 2);
        status("t1", TaskStateName.WORKING, Make.NOW + 3);
        status("t1", TaskStateName.INPUT_REQUIRED, Make.NOW + 3);
        status("t1", TaskStateName.COMPLETED, Make.NOW + 4);

        assertThat(entries()).isEqualTo(1);
        assertThat(search(ALL).tasks().get(0).state().getStatusAt()).isEqualTo(Make.NOW + 4);
    }

    @Test
    void filtersByStatusContextAndTime() {
        agent();
        submit("t1", "caller", "one", Make.NOW + 1);
        submit("t2", "caller", "one", Make.NOW + 2);
        submit("t3", "caller", "two", Make.NOW + 3);
        status("t2", TaskStateName.COMPLETED, Make.NOW + 20);

        assertThat(ids(search(with(Optional.of("one"), Optional.empty(), 0)))).containsExactly("t2", "t1");
        assertThat(ids(search(with(Optional.empty(), Optional.of(TaskStateName.COMPLETED), 0))))
                .containsExactly("t2");
        assertThat(ids(search(with(Optional.empty(), Optional.empty(), Make.NOW + 3))))
                .containsExactly("t2", "t3");
        assertThat(ids(search(with(Optional.of("none"), Optional.empty(), 0)))).isEmpty();
    }

    private static TaskSearch with(Optional<String> context, Optional<TaskStateName> state, long since) {
        return new TaskSearch(
                ALL.tenant(), ALL.caller(), context, state, OptionalLong.of(since), Optional.empty(), 100, 1000);
    }

    @Test
    void isReadPageByPageWithoutHolesOrRepeats() {
        agent();
        for (int i = 0; i < 25; i++) {
            // Some at the same time: the id decides.
            submit("t" + (100 + i), "caller", "one", Make.NOW + i / 3);
        }
        List<String> seen = new ArrayList<>();
        Optional<TaskSearch.Place> after = Optional.empty();
        do {
            FoundTasks page = search(new TaskSearch(
                    ALL.tenant(), "caller", Optional.empty(), Optional.empty(), OptionalLong.empty(), after, 7, 1000));
            assertThat(page.total()).isEqualTo(25);
            seen.addAll(ids(page));
            after = page.last();
        } while (after.isPresent());

        assertThat(seen).hasSize(25).doesNotHaveDuplicates().isEqualTo(ids(search(ALL)));
    }

    @Test
    void forgetsWhatTheStoreForgets() {
        agent();
        submit("t1", "caller", "one", Make.NOW + 1);
        status("t1", TaskStateName.COMPLETED, Make.NOW + 2);

        lane.pass(Duration.ofDays(8));

        assertThat(entries()).isZero();
        assertThat(ids(search(ALL))).isEmpty();
    }
}
