package org.dmsc.bridge.mqtt.connector;

/** An outside broker did not do what was asked of it. */
final class OutsideException extends Exception {

    private static final long serialVersionUID = 1L;

    OutsideException(String message, Throwable cause) {
        super(message, cause);
    }
}
