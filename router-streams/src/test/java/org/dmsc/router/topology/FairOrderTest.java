package org.dmsc.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class FairOrderTest {

    private FairOrder order = new FairOrder();
    private final Map<String, Queue> queues = new LinkedHashMap<>();
    private final List<String> served = new ArrayList<>();

    /** One partition as Streams keeps it: only its head has a time. */
    private static final class Queue {
        private int waiting;
        private long partitionTime = -1;
        private long head = -1;
    }

    private void arrive(String queue, int records) {
        Queue one = queues.computeIfAbsent(queue, name -> new Queue());
        one.waiting += records;
        if (one.head < 0) {
            one.head = time(one);
        }
    }

    private long time(Queue queue) {
        return order.extract(new ConsumerRecord<>("topic", 0, 0, "k", "v"), queue.partitionTime);
    }

    /** As Streams chooses: the least time among the heads. */
    private void serve(int records) {
        for (int i = 0; i < records; i++) {
            Map.Entry<String, Queue> next = queues.entrySet().stream()
                    .filter(entry -> entry.getValue().waiting > 0)
                    .min(java.util.Comparator.comparingLong(entry -> entry.getValue().head))
                    .orElseThrow();
            Queue queue = next.getValue();
            served.add(next.getKey());
            order.serves(0, queue.head);
            queue.partitionTime = Math.max(queue.partitionTime, queue.head);
            queue.waiting--;
            queue.head = queue.waiting > 0 ? time(queue) : -1;
        }
    }

    private long count(String queue) {
        return served.stream().filter(queue::equals).count();
    }

    @Test
    void aQuietTenantsRecordIsNextHoweverManyOfAnotherWait() {
        arrive("loud", 10_000);
        serve(5_000);
        arrive("quiet", 1);

        serve(2);

        assertThat(served.subList(5_000, 5_002)).contains("quiet");
    }

    @Test
    void tenantsWithABacklogHaveEqualShares() {
        arrive("a", 3000);
        arrive("b", 3000);
        arrive("c", 3000);

        serve(3000);

        assertThat(List.of(count("a"), count("b"), count("c")))
                .allSatisfy(one -> assertThat(one).isBetween(999L, 1001L));
    }

    @Test
    void whoWasServedMuchWhileNobodyElseCameIsNotPunishedForLong() {
        arrive("early", 50_000);
        serve(50_000);
        served.clear();
        arrive("late", 50_000);
        arrive("early", 50_000);

        serve(4_000);

        assertThat(count("early")).isGreaterThanOrEqualTo(1_400);
    }

    @Test
    void goesOnAfterARestartWithWhatTheQueuesRemember() {
        arrive("old", 20_000);
        serve(10_000);
        order = new FairOrder();
        queues.get("old").head = time(queues.get("old"));
        arrive("new", 10_000);
        served.clear();

        serve(2_000);

        assertThat(count("old")).isBetween(990L, 1010L);
    }

    /** Changelog records carry these times: one that were ahead of real time would be refused by the broker some day. */
    @Test
    void growsByOneForEachRecordAtMost() {
        Random random = new Random(7);
        int all = 0;
        for (int i = 0; i < 200; i++) {
            int more = 1 + random.nextInt(50);
            arrive("q" + random.nextInt(9), more);
            all += more;
            serve(Math.min(more, 1 + random.nextInt(50)));
        }
        long latest = queues.values().stream()
                .mapToLong(queue -> queue.partitionTime)
                .max()
                .orElse(0);

        assertThat(latest).isLessThanOrEqualTo(all);
    }
}
