package org.dmsc.bench;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Device over MQTT 5 → gateway → tasks → router → inbox → gateway → agent over HTTPS → events → device: a SendMessage with 1 KiB of text,
 * addressed to one agent; it counts as done only when the answer says the task was completed.
 */
final class DeviceTasks implements Workload {

    private static final String TEXT = "x".repeat(1024);

    private final Mqtt5AsyncClient client;
    private final String topic;
    private final String replies;
    private final Map<String, CompletableFuture<Void>> open = new ConcurrentHashMap<>();

    private DeviceTasks(Mqtt5AsyncClient client, MqttAgent device, String agent) {
        this.client = client;
        this.topic = "$a2a/v1/request/" + device.tenant() + "/main/" + agent;
        this.replies = "$a2a/v1/reply/" + device.clientId() + "/bench";
    }

    static DeviceTasks connect(int port, MqttAgent device, String agent) throws InterruptedException {
        DeviceTasks made =
                new DeviceTasks(MqttClients.connect(port, device.clientId(), device.identity()), device, agent);
        try {
            made.client
                    .subscribeWith()
                    .topicFilter(made.replies)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .callback(made::answered)
                    .send()
                    .get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException("device: cannot subscribe to its replies", e);
        }
        return made;
    }

    @Override
    public String name() {
        return "device";
    }

    @Override
    public CompletionStage<Void> once() {
        String task = UUID.randomUUID().toString();
        CompletableFuture<Void> done = new CompletableFuture<>();
        open.put(task, done);
        CompletionStage<?> unused = client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .responseTopic(replies)
                .correlationData(task.getBytes(StandardCharsets.UTF_8))
                .payload(
                        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"SendMessage\",\"params\":{\"message\":{\"messageId\":\""
                                        + task + "\",\"taskId\":\"" + task
                                        + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\""
                                        + TEXT + "\"}]}}}")
                                .getBytes(StandardCharsets.UTF_8))
                .send()
                .whenComplete((result, failure) -> {
                    if (failure != null || result.getError().isPresent()) {
                        done.completeExceptionally(new BenchException("device: its request was not taken"));
                    }
                });
        return done;
    }

    private void answered(Mqtt5Publish reply) {
        String task = reply.getCorrelationData()
                .map(data -> StandardCharsets.UTF_8.decode(data).toString())
                .orElse("");
        CompletableFuture<Void> done = open.remove(task);
        String answer = new String(reply.getPayloadAsBytes(), StandardCharsets.UTF_8);
        if (done != null && answer.contains("TASK_STATE_COMPLETED")) {
            done.complete(null);
        } else if (done != null) {
            done.completeExceptionally(new BenchException("device: " + answer + " (expected a completed task)"));
        }
    }

    @Override
    public void close() {
        CompletionStage<?> unused = client.disconnect();
    }
}
