package org.dmsc.node.config;

import java.util.List;
import java.util.Optional;
import org.dmsc.node.query.RouterAddress;

/**
 * How gateways look tasks up in routers of other processes.
 *
 * @param listen where role router answers them; empty: nowhere
 * @param advertise under which name or address that is reached
 * @param ask whom gateways ask first; they hear of other routers from these
 */
public record QueryConfig(Optional<EdgeConfig> listen, String advertise, List<RouterAddress> ask) {

    public QueryConfig {
        ask = List.copyOf(ask);
    }
}
