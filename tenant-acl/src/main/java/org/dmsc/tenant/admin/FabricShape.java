package org.dmsc.tenant.admin;

/**
 * What is fixed when a fabric is created.
 *
 * @param lanes partitions of every tenant topic (design 6)
 * @param replication replicas of every topic; 1 on one broker
 */
public record FabricShape(int lanes, short replication) {

    /** Of the embedded default. */
    public static final FabricShape EMBEDDED = new FabricShape(4, (short) 1);

    /** Of a cluster of three brokers or more. */
    public static final FabricShape CLUSTERED = new FabricShape(16, (short) 3);

    public FabricShape {
        if (lanes < 1 || lanes > 256) {
            throw new IllegalArgumentException("lanes: " + lanes + " (expected 1 to 256)");
        }
        if (replication < 1) {
            throw new IllegalArgumentException("replication: " + replication + " (expected at least 1)");
        }
    }
}
