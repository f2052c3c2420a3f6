package org.dmsc.bridge.mqtt.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TaskStateName;

/** Remembers what became of a delivery, as lines; updates complete when the test says so. */
public final class FakeSink implements AttemptSink {

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private volatile CompletableFuture<Void> kafka = CompletableFuture.completedFuture(null);

    public List<String> lines() {
        return lines;
    }

    public void hold(CompletableFuture<Void> until) {
        kafka = until;
    }

    @Override
    public void delivered() {
        lines.add("delivered");
    }

    @Override
    public CompletionStage<Void> update(Optional<TaskStateName> state, byte[] streamResponse) {
        lines.add("update " + state.map(Enum::name).orElse("-") + " "
                + new String(streamResponse, StandardCharsets.UTF_8));
        return kafka;
    }

    @Override
    public CompletionStage<Void> failed(Refusal refusal, String reason, Certainty certainty) {
        lines.add("failed " + refusal + " " + certainty + " " + reason);
        return kafka;
    }
}
