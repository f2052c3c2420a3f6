package org.dmsc.bridge.http.inbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;

/** Orders to deliver something to {@code acme/worker}. */
public final class Deliveries {

    public static final AgentRef WORKER = AgentRef.of("acme", "worker");

    private Deliveries() {}

    /** The first attempt of a task. */
    public static DeliveryOrder order(String taskId, long now) {
        byte[] message = "{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"do it\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        return new DeliveryOrder(delivery(taskId, DeliveryKind.TASK, now), worker(Reach.HTTP_INBOX), message);
    }

    public static AgentSnapshot worker(Reach reach) {
        return AgentSnapshot.newBuilder()
                .setTenant("acme")
                .setAgent("worker")
                .setRevision(1)
                .setRegistration(AgentRegistration.newBuilder()
                        .setCardJson("{}")
                        .setName("w")
                        .setDescription("w")
                        .setChannel(reach.channel())
                        .setReach(reach.mark())
                        .setSkills(List.of())
                        .build())
                .setHealth(AgentHealth.UP)
                .setRegisteredAt(1)
                .setLastSeenAt(1)
                .setUpdatedAt(1)
                .build();
    }

    public static Delivery delivery(String taskId, DeliveryKind kind, long now) {
        long deadline = now + Duration.ofMinutes(10).toMillis();
        return Delivery.newBuilder()
                .setDeliveryId(taskId + ".1")
                .setKind(kind)
                .setTaskId(taskId)
                .setContextId("context-1")
                .setMessageId("m")
                .setAttempt(1)
                .setCallerTenant("acme")
                .setCallerAgent("caller")
                .setAssigneeTenant("acme")
                .setAssigneeAgent("worker")
                .setDeadline(deadline)
                .setAttemptDeadline(deadline)
                .setHops(0)
                .setAncestors(List.of())
                .setRootTaskId(taskId)
                .setTime(1)
                .build();
    }
}
