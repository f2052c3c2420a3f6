package org.dmsc.node.lanes;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;

/** Every event of the tenant, opened, as the router would read them. */
final class EventLog implements AutoCloseable {

    final List<TaskEvent> events = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closing;

    EventLog(LaneWorld world) {
        thread = new Thread(
                () -> {
                    try (Consumer<String, SealedEnvelope> reader =
                            world.clients().reader("event-log", world.values().deserializer())) {
                        List<TopicPartition> partitions = IntStream.range(0, LaneWorld.LANES)
                                .mapToObj(lane -> new TopicPartition(Channel.EVENTS.of(LaneWorld.ACME), lane))
                                .toList();
                        reader.assign(partitions);
                        reader.seekToBeginning(partitions);
                        while (!closing) {
                            reader.poll(Duration.ofMillis(50))
                                    .forEach(
                                            one -> events.add(world.envelopes().routing(one.value(), TaskEvent.class)));
                        }
                    }
                },
                "event-log");
        thread.start();
    }

    List<TaskEvent> of(String taskId) {
        return events.stream().filter(event -> event.getTaskId().equals(taskId)).toList();
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        thread.join();
    }
}
