package org.dmsc.bridge.http;

/** The edge could not listen. */
public final class PortTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PortTakenException(EdgeSettings settings, Throwable cause) {
        this("http", settings.port(), settings.host(), cause);
    }

    PortTakenException(String edge, int port, String host, Throwable cause) {
        super(
                edge + " port " + port + " on " + host
                        + ": already in use (expected a free port; is another node running? choose another with " + edge
                        + ".port, or 0 for any)",
                cause);
    }
}
