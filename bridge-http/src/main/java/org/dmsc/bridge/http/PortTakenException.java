package org.dmsc.bridge.http;

/** The edge could not listen. */
public final class PortTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PortTakenException(EdgeSettings settings, Throwable cause) {
        super(
                "http port " + settings.port() + " on " + settings.host()
                        + ": already in use (expected a free port; is another node running? choose another with http.port, or 0 for any)",
                cause);
    }
}
