package org.dmsc.node.lanes;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.dmsc.bridge.core.AgentLink;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.TaskStateName;

/** Agents that answer as a test says, and everything that was handed to them. */
final class RecordingLink implements AgentLink {

    /** An agent that finishes at once. */
    static final BiConsumer<DeliveryOrder, AttemptSink> COMPLETES = (order, sink) -> sink.update(
            Optional.of(TaskStateName.COMPLETED), completed(order.delivery().getTaskId()));

    final List<Delivery> taken = new CopyOnWriteArrayList<>();
    final List<Delivery> cancelled = new CopyOnWriteArrayList<>();
    private final Predicate<AgentSnapshot> serves;
    private final BiConsumer<DeliveryOrder, AttemptSink> answer;

    RecordingLink(Predicate<AgentSnapshot> serves, BiConsumer<DeliveryOrder, AttemptSink> answer) {
        this.serves = serves;
        this.answer = answer;
    }

    static byte[] completed(String taskId) {
        return ("{\"statusUpdate\":{\"taskId\":\"" + taskId
                        + "\",\"contextId\":\"context\",\"status\":{\"state\":\"TASK_STATE_COMPLETED\",\"message\":{\"messageId\":\"a\","
                        + "\"role\":\"ROLE_AGENT\",\"parts\":[{\"text\":\"done\"}]}}}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean serves(AgentSnapshot agent) {
        return serves.test(agent);
    }

    @Override
    public void deliver(DeliveryOrder order, AttemptSink sink) {
        taken.add(order.delivery());
        answer.accept(order, sink);
    }

    @Override
    public void cancel(Delivery cancel) {
        cancelled.add(cancel);
    }
}
