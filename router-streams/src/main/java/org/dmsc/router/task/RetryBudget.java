package org.dmsc.router.task;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often a tenant's attempts may be repeated: each new task puts a part of a token into the tenant's bucket, time puts in a few, each
 * attempt after a task's first takes one. So when everything fails, repeating adds a part of the load and does not multiply it. In memory:
 * a process that starts begins with full buckets. Thread-safe.
 */
public final class RetryBudget {

    private final double perTask;
    private final double perSecond;
    private final double most;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    /**
     * @param perTask tokens that a new task brings
     * @param perSecond tokens that each second brings, so that a tenant with few tasks can repeat at all
     * @param most tokens that a bucket holds, and begins with
     */
    public RetryBudget(double perTask, double perSecond, double most) {
        this.perTask = perTask;
        this.perSecond = perSecond;
        this.most = most;
    }

    /** One repetition for five tasks, ten a second in any case, two hundred at once. */
    public static RetryBudget usual() {
        return new RetryBudget(0.2, 10, 200);
    }

    /** A task's first attempt. */
    public void began(String tenant, long now) {
        bucket(tenant, now).add(perTask, now);
    }

    /** Takes a token for one more attempt; false when there is none. */
    public boolean take(String tenant, long now) {
        return bucket(tenant, now).take(now);
    }

    /** When there will be a token at the latest. */
    public long readyAt(String tenant, long now) {
        return bucket(tenant, now).readyAt(now);
    }

    private Bucket bucket(String tenant, long now) {
        return buckets.computeIfAbsent(tenant, key -> new Bucket(now));
    }

    private final class Bucket {
        private double tokens = most;
        private long at;

        private Bucket(long now) {
            this.at = now;
        }

        private synchronized void add(double more, long now) {
            // A clock that goes back brings nothing, and takes nothing away.
            double passed = Math.max(0, now - at) / 1000.0;
            at = Math.max(at, now);
            tokens = Math.min(most, tokens + more + passed * perSecond);
        }

        private synchronized boolean take(long now) {
            add(0, now);
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }

        private synchronized long readyAt(long now) {
            add(0, now);
            return tokens >= 1 ? now : now + (long) Math.ceil((1 - tokens) * 1000 / perSecond);
        }
    }
}
