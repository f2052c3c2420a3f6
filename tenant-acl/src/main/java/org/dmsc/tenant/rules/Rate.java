package org.dmsc.tenant.rules;

/**
 * A rate with room for bursts.
 *
 * @param perSecond how many in the long run; {@link Quotas#UNLIMITED} for no limit
 * @param burst how many at once
 */
public record Rate(long perSecond, long burst) {

    /** No limit. */
    public static final Rate UNLIMITED = new Rate(Quotas.UNLIMITED, Quotas.UNLIMITED);
}
