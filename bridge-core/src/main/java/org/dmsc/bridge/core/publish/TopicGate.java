package org.dmsc.bridge.core.publish;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Keeps senders from waiting for a topic's metadata, which {@code Producer.send} fetches on the sender's thread when it has none. While the
 * gate is shut, senders queue here and a helper thread fetches; from then on they go through on their own threads, with no hop. Order is
 * kept: who queued goes before the gate opens.
 *
 * <pre>
 *   SHUT ──first sender──▶ OPENING ──queue empty──▶ OPEN ──nobody for a while──▶ SHUT
 *                             └──topic not there──▶ SHUT, the queue is refused
 * </pre>
 */
final class TopicGate {

    /** Below the producer's {@code metadata.max.idle.ms} of five minutes, after which it forgets a topic. */
    private static final Duration IDLE = Duration.ofMinutes(4);

    /** Something to send. */
    interface Sender {
        void go();

        void refuse(RuntimeException cause);
    }

    /** Fetches what a send needs; throws when it is not to be had. */
    interface Preparation {
        void run();
    }

    private enum State {
        SHUT,
        OPENING,
        OPEN
    }

    private final Preparation preparation;
    private final Executor helpers;
    private final Clock clock;
    private final Queue<Sender> queue = new ArrayDeque<>();
    private volatile State state = State.SHUT;
    private volatile long lastUse;

    TopicGate(Preparation preparation, Executor helpers, Clock clock) {
        this.preparation = preparation;
        this.helpers = helpers;
        this.clock = clock;
    }

    void pass(Sender sender) {
        long now = clock.millis();
        if (state == State.OPEN && now - lastUse < IDLE.toMillis()) {
            lastUse = now;
            sender.go();
            return;
        }
        synchronized (queue) {
            queue.add(sender);
            if (state != State.OPENING) {
                state = State.OPENING;
                helpers.execute(this::open);
            }
        }
    }

    private void open() {
        try {
            preparation.run();
        } catch (RuntimeException e) {
            refuseAll(e);
            return;
        }
        while (true) {
            Sender sender;
            synchronized (queue) {
                sender = queue.poll();
                if (sender == null) {
                    lastUse = clock.millis();
                    state = State.OPEN;
                    return;
                }
            }
            sender.go();
        }
    }

    private void refuseAll(RuntimeException cause) {
        while (true) {
            Sender sender;
            synchronized (queue) {
                sender = queue.poll();
                if (sender == null) {
                    state = State.SHUT;
                    return;
                }
            }
            sender.refuse(cause);
        }
    }
}
