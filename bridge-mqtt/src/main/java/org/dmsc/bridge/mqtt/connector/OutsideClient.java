package org.dmsc.bridge.mqtt.connector;

import java.util.List;
import java.util.function.Consumer;
import org.dmsc.bridge.mqtt.broker.DeviceTraffic.Receipt;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;

/**
 * One connection to an outside broker, made once and closed once. Called by one thread; {@link #connect} and {@link #subscribe} block for as
 * long as {@value #SECONDS} s.
 */
interface OutsideClient {

    /** Longest that the broker may take to answer. */
    int SECONDS = 20;

    /** What comes in; called on the client's own threads, MUST NOT block. */
    interface Ear {

        /** A publish, which the broker keeps until it is acknowledged with that packet id. */
        void arrived(int packetId, InboundPublish publish);

        /** The connection is gone. */
        void lost(String why);
    }

    /**
     * What the broker said.
     *
     * @param sessionPresent it has kept what came for us meanwhile
     * @param receiveMaximum how many publishes of ours it takes at once
     */
    record Welcome(boolean sessionPresent, int receiveMaximum) {}

    /** @throws OutsideException when there is no connection */
    Welcome connect(Ear ear) throws OutsideException;

    /** @throws OutsideException when the broker refuses one of them */
    void subscribe(List<String> unshared, List<String> shared) throws OutsideException;

    /** Publishes with QoS 1. The receipt comes on another thread; none comes when the connection ends before it. */
    void publish(OutboundPublish publish, Retained retained, Consumer<Receipt> receipt) throws OutsideException;

    /** Whether the broker keeps a publish for those who subscribe later. */
    enum Retained {
        YES,
        NO
    }

    /** The fabric has a publish: the broker may forget it. */
    void acknowledge(int packetId) throws OutsideException;

    /** Ends the connection; what is not acknowledged comes again. */
    void close();
}
