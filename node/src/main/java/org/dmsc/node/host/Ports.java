package org.dmsc.node.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** TCP ports of this machine. What is free now may be taken a moment later: these checks give early, clear messages, not guarantees. */
public final class Ports {

    private Ports() {}

    /** A port that nobody listens on. */
    public static int free(String host) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new NodeException(
                    ExitCode.IN_USE,
                    "no free port on " + host + ": " + e.getMessage() + " (expected an address of this machine)",
                    e);
        }
    }

    /**
     * The port itself when it can be listened on, a free one for 0.
     *
     * @param key the configuration key that sets it, for the message
     * @throws NodeException IN_USE when it is taken
     */
    public static int claim(String host, int port, String key) {
        if (port == 0) {
            return free(host);
        }
        try (ServerSocket socket = new ServerSocket()) {
            // As servers do: connections of a former life in TIME_WAIT do not count as taken.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return port;
        } catch (IOException e) {
            throw new NodeException(
                    ExitCode.IN_USE,
                    key + ": port " + port + " on " + host + " cannot be used: " + e.getMessage()
                            + " (expected a free port; stop what listens there, or set " + key
                            + " to another, 0 for any)",
                    e);
        }
    }
}
