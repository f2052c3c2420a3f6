package org.dmsc.tenant.admin;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Waits for Kafka with a bound, and says what it waited for when the answer is a fault. */
final class KafkaAnswers {

    static final Duration TIMEOUT = Duration.ofSeconds(30);

    private KafkaAnswers() {}

    static <T> T await(String what, Future<T> answer) {
        try {
            return answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(what, "interrupted");
        } catch (ExecutionException e) {
            throw unavailable(what, String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            throw unavailable(what, "no answer in " + TIMEOUT.toSeconds() + " s");
        }
    }

    static void pause(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("wait", "interrupted");
        }
    }

    static RefusedException unavailable(String what, String cause) {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "cannot " + what + ": " + cause
                        + " (expected a reachable Kafka that lets this process do so; is the broker up?)");
    }
}
