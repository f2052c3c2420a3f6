package org.dmsc.bridge.http.agents;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TaskStateName;

/** What was reported of one delivery. */
public final class RecordingSink implements AttemptSink {

    public final List<Optional<TaskStateName>> states = new CopyOnWriteArrayList<>();
    public final List<String> updates = new CopyOnWriteArrayList<>();
    public final CountDownLatch delivered = new CountDownLatch(1);
    public final CountDownLatch settled = new CountDownLatch(1);
    public volatile Optional<Refusal> refusal = Optional.empty();
    public volatile Optional<Certainty> certainty = Optional.empty();
    public volatile String reason = "";

    @Override
    public void delivered() {
        delivered.countDown();
    }

    @Override
    public CompletionStage<Void> update(Optional<TaskStateName> state, byte[] streamResponse) {
        states.add(state);
        updates.add(new String(streamResponse, StandardCharsets.UTF_8));
        tell();
        if (state.isPresent() && state.get() != TaskStateName.WORKING && state.get() != TaskStateName.SUBMITTED) {
            settled.countDown();
        }
        return CompletableFuture.completedStage(null);
    }

    /** Blocks until an update was heard. */
    public synchronized void await(Predicate<String> heard) throws InterruptedException {
        while (updates.stream().noneMatch(heard)) {
            wait(60_000);
        }
    }

    private synchronized void tell() {
        notifyAll();
    }

    @Override
    public CompletionStage<Void> failed(Refusal why, String sentence, Certainty how) {
        refusal = Optional.of(why);
        certainty = Optional.of(how);
        reason = sentence;
        settled.countDown();
        return CompletableFuture.completedStage(null);
    }
}
