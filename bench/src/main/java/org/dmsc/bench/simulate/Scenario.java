package org.dmsc.bench.simulate;

/**
 * What is simulated.
 *
 * @param agents how many agents, spread over tenants and skills
 * @param tasks how many tasks; they arrive at random (Poisson) so that {@code load} of all places is busy
 * @param load busy share of all places, were all agents up and as fast as they say
 * @param workMillis mean time that a task takes, exponentially distributed
 * @param temper what agents do
 */
public record Scenario(
        String name, int agents, int tenants, int skills, int tasks, double load, double workMillis, Temper temper) {

    /** How agents behave. */
    public enum Temper {
        /** All alike: four places, the same speed, always there. */
        EQUAL,
        /** The same, but the first agent of each tenant takes five times as long. */
        ONE_SLOW,
        /** Different capacities, regions and costs; they slow down, lie about their load, fail, drain, crash and come back. */
        WILD
    }

    /** How much longer the slow one takes. */
    static final double SLOW = 5;

    /** Twenty equal agents, one skill: how evenly does work spread? */
    public static Scenario steady(int tasks) {
        return new Scenario("steady", 20, 1, 1, tasks, 0.6, 1_000, Temper.EQUAL);
    }

    /** The same with one slow agent: how much does it still get? */
    public static Scenario slow(int tasks) {
        return new Scenario("slow", 20, 1, 1, tasks, 0.6, 1_000, Temper.ONE_SLOW);
    }

    /** Many agents that do everything agents should not. */
    public static Scenario wild(int agents, int tasks) {
        int tenants = Math.max(1, Math.min(10, agents / 50));
        int skills = Math.max(1, Math.min(10, agents / tenants / 10));
        return new Scenario("wild", agents, tenants, skills, tasks, 0.6, 10_000, Temper.WILD);
    }
}
