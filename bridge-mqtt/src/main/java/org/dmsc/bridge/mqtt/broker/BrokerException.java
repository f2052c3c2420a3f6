package org.dmsc.bridge.mqtt.broker;

/** The broker could not be started as asked; it was closed again, so nothing listens. */
public final class BrokerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BrokerException(String message) {
        super(message);
    }

    BrokerException(String message, Throwable cause) {
        super(message, cause);
    }
}
