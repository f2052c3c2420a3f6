package org.dmsc.bridge.http.fetch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Looks names up. May block: it is called on threads for that. */
@FunctionalInterface
public interface Resolver {

    /** All addresses of a name; an address resolves to itself. */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** As this machine resolves. */
    static Resolver system() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
