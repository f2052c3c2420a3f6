package org.dmsc.bench;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Load on a workload. Open loop: the n-th request is due at start + n / rate whatever became of those before it, and its latency counts from
 * when it was due, so a stall shows in every request that it delayed. Closed loop: so many in flight at once, for the ceiling.
 */
final class Load {

    private static final long MOST_MICROS = TimeUnit.MINUTES.toMicros(2);
    private static final int DIGITS = 3;
    private static final long DRAIN_SECONDS = 30;

    private Load() {}

    /** What a run showed; latencies in milliseconds. */
    record Result(double p50, double p99, double max, double perSecond, long done, long failed) {}

    /** Sends {@code rate} requests a second for that long, then waits for the answers. */
    static Result openLoop(Workload workload, int rate, Duration howLong) throws InterruptedException {
        Count count = new Count();
        long start = System.nanoTime();
        long total = rate * howLong.toMillis() / 1000;
        for (long i = 0; i < total; i++) {
            long due = start + i * TimeUnit.SECONDS.toNanos(1) / rate;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            count.started();
            workload.once().whenComplete((done, failure) -> count.ended(due, failure));
        }
        count.awaitAll();
        return count.result(System.nanoTime() - start);
    }

    /** Keeps {@code inFlight} requests going for that long. */
    static Result closedLoop(Workload workload, int inFlight, Duration howLong) throws InterruptedException {
        Count count = new Count();
        Semaphore free = new Semaphore(inFlight);
        long start = System.nanoTime();
        long end = start + howLong.toNanos();
        while (System.nanoTime() < end) {
            if (!free.tryAcquire(DRAIN_SECONDS, TimeUnit.SECONDS)) {
                throw new BenchException(workload.name() + ": nothing was answered for " + DRAIN_SECONDS + " s");
            }
            long begun = System.nanoTime();
            count.started();
            workload.once().whenComplete((done, failure) -> {
                count.ended(begun, failure);
                free.release();
            });
        }
        long elapsed = System.nanoTime() - start;
        Result result = count.result(elapsed);
        count.awaitAll();
        return result;
    }

    /** Latencies and counts of one run. */
    private static final class Count {

        private final ConcurrentHistogram micros = new ConcurrentHistogram(MOST_MICROS, DIGITS);
        private final AtomicLong started = new AtomicLong();
        private final AtomicLong done = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();

        void started() {
            started.incrementAndGet();
        }

        void ended(long since, Throwable failure) {
            micros.recordValue(Math.min(MOST_MICROS, Math.max(0, (System.nanoTime() - since) / 1000)));
            (failure == null ? done : failed).incrementAndGet();
        }

        void awaitAll() throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
            while (done.get() + failed.get() < started.get() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            failed.addAndGet(Math.max(0, started.get() - done.get() - failed.get()));
        }

        Result result(long elapsedNanos) {
            return new Result(
                    micros.getValueAtPercentile(50) / 1000.0,
                    micros.getValueAtPercentile(99) / 1000.0,
                    micros.getMaxValue() / 1000.0,
                    done.get() * 1e9 / elapsedNanos,
                    done.get(),
                    failed.get());
        }
    }
}
